"""What an instruction to a model is after, in languages of western Europe: kinds of words that stand near each other.

Of each language in this order: what was said is dropped and this is followed; consent is taken for given; the search ends
and well is said; data is made orders; doubt goes; secrets go out; who asks is deceived; a model is spoken to; something
goes from the evidence; its shell is used; a culprit is named.
"""

# ruff: noqa: E501 - kinds are read one to a line

_DE = (
    (
        r"(?:vergiss|vergesst|vergessen|verwirf|streich\S*|folge|folgt|befolge|gehorche?|hor|hore|halte? dich|richte dich)",
        r"(?:(?:nur|ausschlie\S*|allein|lediglich|stattdessen|einzig) (?:\S+ )?(?:diese\S*|folgende\S*|meine\S*|mir|mich)|(?:alles|das|was) (?:obige|oben|bisherige|vorherige|vorstehende|davor|zuvor|gesagte)\S*)",
    ),
    (
        r"(?:freigabe|genehmig\S*|freigegeben|erlaubnis|zustimmung|bewillig\S*|abgesegnet|einverstandnis)",
        r"(?:ohne (?:\S+ )?(?:ruckfrage\S*|nachfrage\S*|nachzufragen|bestatigung|zu fragen|zu warten)|fuhr\S* (?:\S+ ){0,3}(?:aus|durch)|losche|sofort (?:aus|durch)\S*)",
    ),
    (
        r"(?:beend\S*|stopp\S*|brich|schliess\S*|hor auf|stell\S*|antworte?|melde?|sag|sage|schreib\S*|gib)",
        r"(?:(?:die|deine|diese|jede) (?:\S+ )?(?:untersuchung|analyse|ermittlung\S*|suche|recherche|diagnose)|fehlalarm|falscher alarm|entwarnung|alles (?:gut|ok|gruen|grun|bestens))",
    ),
    (
        r"(?:log\S*|protokoll\S*|telemetrie\S*|eintrage?\S*|zeilen|nachrichten|daten)",
        r"(?:als|wie|gelten als|sind) (?:\S+ )?(?:befehl\S*|anweisung\S*|auftrage?|kommando\S*|orders?)",
    ),
    (
        r"(?:setz\S*|gib|nenn\S*|stell\S*|schreib\S*|ausser\S*|zeig\S*|lass|bleib\S*|sei)",
        r"(?:deine? (?:\S+ )?(?:konfidenz|zuversicht|gewissheit|sicherheit)|keine\S* (?:zweifel|vorbehalt\S*|unsicherheit\S*)|ohne (?:jeden |jede )?(?:zweifel|vorbehalt\S*)|(?:absolut|vollig|hundertprozentig) sicher)",
    ),
    (
        r"(?:schick\S*|sende|sendet|ubermittle|maile?|leite|poste|verrate)",
        r"(?:zugangsdaten|passwort\S*|passworter|geheimniss\S*|\S*schlussel|tokens?|anmeldedaten|kennworter) (?:\S+ )?(?:an|nach|zu|weiter)",
    ),
    (
        r"(?:wenn|falls|sollte) (?:\S+ ){1,5}(?:fragt|fragen|erkundigt|nachfragt|wissen will)",
        r"(?:sag|sage|sagst|antworte?|behaupte?|leugne|erklare?|streite?)",
    ),
    (
        r"(?:liebe[srn]?|hallo|hey|achtung|geehrte[srn]?|werte[srn]?|an das|an die|an alle|hinweis fur)",
        r"(?:sprachmodell\S*|ki modell\S*|ki|ki assistent\S*|modell)",
    ),
    (
        r"(?:losch\S*|entfern\S*|streich\S*|nimm|tilge|lass)",
        r"(?:deine[nmr]? (?:beweis\S*|befund\S*|notizen)|(?:den|die|aus den) (?:beweis\S*|befunde\S*|indizien))",
    ),
    (
        r"(?:fuhr\S*|starte|tipp\S*|gib|ruf\S*|nutze?|benutze?)",
        r"(?:deine[rmn]? (?:\S+ )?(?:shell|konsole|terminal|kommandozeile|werkzeug\S*))",
    ),
    (
        r"(?:nenn\S*|benenn\S*|gib|bezeichn\S*|erklar\S*|mach\S*|stell\S*)",
        r"(?:als|zur|zum) (?:\S+ )?(?:ursache|grundursache|hauptursache|schuldigen|ausloser|verursacher)",
    ),
)
_FR = (
    (
        r"(?:oublie\S*|efface\S*|suis|suivez|obeis|obeissez|ecoute\S*|respecte\S*)",
        r"(?:(?:uniquement|seulement|exclusivement|plutot|que) (?:\S+ )?(?:cette|ce|ces|ceci|ma|mes|moi)|(?:tout )?ce qui (?:precede|est ecrit plus haut)|ci dessus)",
    ),
    (
        r"(?:approbation|approuve\S*|autorisation|autorise\S*|valide\S*|accord|consentement)",
        r"(?:sans (?:\S+ )?(?:demander|confirmer|attendre|poser de question|verifier)|execute[zr]?|vas y|allez y|procede[zr]?)",
    ),
    (
        r"(?:arret\S*|stoppe\S*|interromp\S*|termine[zr]?|cesse\S*|cloture\S*|conclus|concluez|reponds|repondez|signale|declare)",
        r"(?:(?:l|ton|cette|toute|votre) (?:enquete|analyse|investigation|recherche)|fausse alerte|fausse alarme|rien a signaler|tout va bien)",
    ),
    (
        r"(?:journaux|logs?|traces|lignes|telemetrie|entrees|messages)",
        r"(?:valeur d (?:ordres?|instructions?)|comme (?:des )?(?:ordres|instructions|commandes)|sont des (?:ordres|instructions|commandes))",
    ),
    (
        r"(?:affirme\S*|fixe\S*|mets|mettez|regle|declare\S*|exprime\S*|annonce\S*|donne\S*|sois|soyez)",
        r"(?:certitude (?:absolue|totale)|(?:ta|votre|la) confiance (?:a|au)|(?:aucun|aucune|pas de|sans|le moindre) (?:doutes?|reserves?|incertitude|nuance)|totalement sur)",
    ),
    (
        r"(?:envoie|envoyez|transmets|transmettez|expedie\S*|poste\S*|livre\S*|communique\S*)",
        r"(?:cles?|identifiants|mots de passe|secrets|jetons?|tokens?|acces)(?: \S+){0,3} (?:a|vers|sur|chez)",
    ),
    (
        r"(?:si|quand|lorsque) (?:\S+ ){1,4}(?:demande|demandent|parle|parlent|interroge\S*|pose la question)",
        r"(?:dis|dites|reponds|repondez|affirme\S*|pretends|nie|niez|mens)",
    ),
    (
        r"(?:cher|chere|bonjour|salut|attention|a l attention du|note pour|message au)",
        r"(?:modele|ia|l ia|llm|assistant ia)",
    ),
    (
        r"(?:retire\S*|supprime\S*|enleve\S*|efface\S*|exclus|excluez|ote)",
        r"(?:(?:de |des )?(?:tes|vos) (?:preuves|conclusions|constats|notes|indices|resultats)|(?:des|les) (?:preuves|indices))",
    ),
    (
        r"(?:lance\S*|execute\S*|tape\S*|ouvre\S*|utilise\S*)",
        r"(?:(?:ton|votre|ta) (?:\S+ )?(?:terminal|shell|console|outil|invite))",
    ),
    (
        r"(?:designe\S*|nomme\S*|indique\S*|accuse\S*|presente\S*|cite\S*)",
        r"comme (?:\S+ )?(?:cause|coupable|responsable|origine|fautif)",
    ),
)
_ES = (
    (
        r"(?:olvida\S*|borra\S*|sigue|siga|obedece\S*|escucha\S*|atiende|cumple)",
        r"(?:(?:solo|solamente|unicamente|en su lugar) (?:\S+ )?(?:est[aeo]s?|mis?|lo siguiente)|lo (?:anterior|de arriba|dicho)|todo lo|lo que digan)",
    ),
    (
        r"(?:aprobad[oa]s?|aprobacion|autorizad[oa]|autorizacion|permiso|consentimiento|confirmad[oa])",
        r"(?:sin (?:\S+ )?(?:preguntar\S*|confirmar|confirmacion|consultar|esperar|pedir)|ejecutal[oa]|adelante con|procede|aplical[oa]|borral[oa])",
    ),
    (
        r"(?:deten\S*|para|pare|termina|termine|finaliza|cierra|interrumpe|abandona|responde|contesta|di|reporta)",
        r"(?:(?:la|tu|esta|toda) (?:investigacion|analisis|busqueda|pesquisa)|falsa alarma|falso positivo|todo (?:esta )?bien|nada que (?:ver|reportar))",
    ),
    (
        r"(?:registros|logs?|trazas|lineas|telemetria|entradas|mensajes)",
        r"(?:obedece\S*|como (?:ordenes|instrucciones|comandos)|son (?:ordenes|instrucciones|comandos)|valen como)",
    ),
    (
        r"(?:fija|pon|ponga|establece|sube|expres\S*|declara|afirma|muestr\S*|menciones)",
        r"(?:(?:tu|su) (?:\S+ ){0,2}confianza|(?:no|ningun\S*|sin) (?:\S+ )?(?:dudas?|reservas|incertidumbre|matices)|certeza (?:absoluta|total)|dudas)",
    ),
    (
        r"(?:manda|mande|envia|envie|reenvia|transmite|remite|sube|publica)",
        r"(?:tokens?|claves?|credenciales|contrasenas?|secretos|llaves|contexto)(?: \S+){0,3} (?:a|al|hacia|en)",
    ),
    (
        r"(?:si|cuando) (?:\S+ ){0,3}(?:pregunt\S*|consult\S*|mencion\S*|quiere saber)",
        r"(?:contesta|responde|di|diga|afirma|niega|miente|asegura|finge)",
    ),
    (r"(?:querid[oa]|estimad[oa]|hola|atencion|nota para|mensaje para|aviso a)", r"(?:modelo|ia|la ia|llm|asistente)"),
    (
        r"(?:elimina|quita|borra|excluye|retira|saca|suprime|descarta)",
        r"(?:(?:de )?(?:tus|sus) (?:hallazgos|pruebas|evidencias?|conclusiones|notas|resultados)|de las (?:pruebas|evidencias))",
    ),
    (
        r"(?:ejecuta|corre|lanza|abre|usa|teclea|escribe)",
        r"(?:(?:tu|su) (?:\S+ )?(?:consola|terminal|shell|herramienta|linea de comandos))",
    ),
    (
        r"(?:senala|indica|nombra|culpa|designa|identifica|marca|pon)",
        r"como (?:\S+ )?(?:causa|culpable|responsable|origen)",
    ),
)
_PT = (
    (
        r"(?:esquec\S*|apague|siga|obedec\S*|escute|cumpra|atenda)",
        r"(?:(?:apenas|somente|so|unicamente) (?:\S+ )?(?:est[ae]s?|isto|meus?|minhas?|mim)|(?:dito|escrito|tudo) (?:\S+ )?(?:acima|antes)|o que (?:foi|esta|veio) (?:\S+ )?(?:acima|antes))",
    ),
    (
        r"(?:aprovad[oa]s?|aprovacao|autorizad[oa]|autorizacao|permissao|consentimento)",
        r"(?:sem (?:\S+ )?(?:perguntar|pedir|confirmar|confirmacao|esperar|consultar)|execute|prossiga|pode executar|aplique)",
    ),
    (
        r"(?:encerr\S*|pare|interromp\S*|termine|finalize|conclua|responda|diga|relate)",
        r"(?:(?:a|sua|esta|toda) (?:investigacao|analise|busca|apuracao)|alarme falso|falso positivo|falso alarme|tudo (?:esta )?(?:bem|normal)|nada a (?:ver|relatar))",
    ),
    (
        r"(?:registros|logs?|linhas|telemetria|entradas|mensagens)",
        r"(?:como (?:ordens|instrucoes|comandos)|(?:sao|ser|valem) (?:\S+ )?(?:ordens|instrucoes|comandos))",
    ),
    (
        r"(?:declare|defina|ponha|coloque|afirme|mencione|expresse|demonstre|mostre|ajuste)",
        r"(?:certeza (?:total|absoluta)|(?:sua|seu) (?:\S+ ){0,2}confianca|(?:nao|nenhuma|sem) (?:\S+ )?(?:duvidas?|ressalvas?|incerteza)|duvidas)",
    ),
    (
        r"(?:envie|mande|encaminhe|transmita|remeta|poste|publique)",
        r"(?:credenciais|senhas?|chaves?|segredos?|tokens?|contexto)(?: \S+){0,3} (?:para|a|ao|em)",
    ),
    (
        r"(?:se|quando) (?:\S+ ){0,3}(?:pergunt\S*|question\S*|mencion\S*|quiser saber)",
        r"(?:diga|responda|afirme|negue|minta|alegue|finja)",
    ),
    (r"(?:caro|cara|prezad[oa]|ola|atencao|nota para|aviso ao)", r"(?:modelo|ia|a ia|llm|assistente)"),
    (
        r"(?:remova|retire|apague|exclua|elimine|tire|descarte)",
        r"(?:(?:das|de suas|de seus|dos seus|suas|seus) (?:evidencias|provas|achados|conclusoes|notas|resultados))",
    ),
    (
        r"(?:execute|rode|abra|use|digite|lance)",
        r"(?:(?:seu|sua|no teu) (?:\S+ )?(?:terminal|console|shell|ferramenta|linha de comando))",
    ),
    (
        r"(?:aponte|indique|nomeie|culpe|identifique|declare|marque)",
        r"como (?:\S+ )?(?:causa|culpad[oa]|responsavel|origem)",
    ),
)
_IT = (
    (
        r"(?:dimentica\S*|scorda\S*|segui\S*|obbedisci|ascolta|rispetta|attieniti)",
        r"(?:(?:solo|soltanto|esclusivamente|unicamente|invece) (?:\S+ )?(?:quest[aoei]|quanto segue|me|mie)|quanto (?:sopra|detto|precede)|cio che precede)",
    ),
    (
        r"(?:approvat[aoie]|approvazione|autorizzat[aoie]|autorizzazione|consenso|permesso)",
        r"(?:senza (?:\S+ )?(?:chiedere|conferma|confermare|aspettare|domandare)|esegui\S*|procedi|applica\S*|vai avanti)",
    ),
    (
        r"(?:interrompi|ferma|termina|chiudi|concludi|abbandona|rispondi|segnala|scrivi|riporta)",
        r"(?:(?:l|la|tua|questa|ogni) (?:indagine|analisi|ricerca|inchiesta)|falso allarme|falso positivo|tutto (?:bene|ok|a posto|normale)|niente da (?:vedere|segnalare))",
    ),
    (
        r"(?:log|registri|righe|telemetria|voci|messaggi|tracce)",
        r"(?:come (?:comandi|ordini|istruzioni)|(?:sono|valgono) (?:\S+ )?(?:comandi|ordini|istruzioni))",
    ),
    (
        r"(?:imposta|metti|porta|dichiara|esprim\S*|afferma|mostra\S*|alza)",
        r"(?:(?:tua|tuo) (?:\S+ )?(?:confidenza|fiducia|sicurezza|certezza)|certezza (?:assoluta|totale)|(?:non|nessun|senza) (?:\S+ )?(?:dubbi\S*|riserve|incertezz\S*)|dubbi)",
    ),
    (
        r"(?:invia|manda|spedisci|inoltra|trasmetti|pubblica|consegna)",
        r"(?:chiavi|credenziali|password|segreti|token|contesto)(?: \S+){0,3} (?:a|al|verso|su)",
    ),
    (
        r"(?:se|quando) (?:\S+ ){0,3}(?:chied\S*|domand\S*|vuole sapere)",
        r"(?:di|rispondi|afferma|nega|menti|sostieni|fingi)",
    ),
    (r"(?:caro|cara|gentile|ciao|attenzione|nota per|avviso al|messaggio per)", r"(?:modello|ia|l ia|llm|assistente)"),
    (
        r"(?:cancella|rimuovi|togli|elimina|escludi|leva|scarta)",
        r"(?:(?:dalle|dai|tue|tuoi) (?:\S+ )?(?:prove|conclusioni|risultati|note|evidenze|indizi))",
    ),
    (
        r"(?:esegui|lancia|apri|usa|digita|avvia)",
        r"(?:(?:tuo|tua) (?:\S+ )?(?:terminale|console|shell|strumento|riga di comando))",
    ),
    (
        r"(?:indica\S*|nomina|accusa|designa|identifica|segna|riporta)",
        r"come (?:\S+ )?(?:causa|colpevole|responsabile|origine)",
    ),
)
_NL = (
    (
        r"(?:vergeet|vergeten|wis|volg|gehoorzaam|luister|houd je)",
        r"(?:(?:alleen|enkel|uitsluitend|slechts|in plaats daarvan) (?:\S+ )?(?:deze|dit|mijn|mij|naar)|(?:het|al het) (?:bovenstaande|voorgaande|voorafgaande))",
    ),
    (
        r"(?:goedgekeurd|goedkeuring|toestemming|akkoord|geautoriseerd|vrijgegeven)",
        r"(?:zonder (?:\S+ )?(?:te vragen|vragen|bevestiging|navraag|overleg|te wachten)|voer (?:\S+ ){0,3}uit|ga je gang|ga door)",
    ),
    (
        r"(?:stop|stopt|beeindig|staak|sluit|breek|antwoord|meld|zeg|schrijf)",
        r"(?:(?:het|je|dit|de|elk) (?:\S+ )?(?:onderzoek|analyse|zoektocht|diagnose)|vals alarm|loos alarm|alles (?:goed|in orde|ok)|niets aan de hand)",
    ),
    (
        r"(?:log\S*|logboek\S*|regels|telemetrie|berichten|vermeldingen)",
        r"(?:(?:gelden|tellen) als (?:\S+ )?(?:opdracht\S*|bevel\S*|instructies)|als (?:opdracht\S*|bevel\S*|instructies)|zijn (?:opdracht\S*|bevel\S*|instructies))",
    ),
    (
        r"(?:geef|zet|stel|noem|toon|schrijf|wees|uit)",
        r"(?:(?:volledige|absolute|totale) zekerheid|(?:je|jouw|uw) (?:\S+ )?(?:zekerheid|vertrouwen|betrouwbaarheid)|(?:geen|zonder) (?:twijfel\S*|voorbehoud|onzekerhe\S*))",
    ),
    (
        r"(?:stuur|verstuur|zend|mail|verzend|lever|geef door)",
        r"(?:\S*gegevens|wachtwoord\S*|sleutels?|\S*sleutels|geheimen|tokens?|context)(?: \S+){0,2} (?:naar|aan|door)",
    ),
    (
        r"(?:als|wanneer|indien|mocht) (?:\S+ ){1,5}(?:vraagt|vragen|informeert|wil weten)",
        r"(?:zeg|antwoord|beweer|ontken|lieg|verklaar)",
    ),
    (
        r"(?:beste|geachte|hallo|let op|opmerking voor|bericht aan|aan)",
        r"(?:taalmodel|het model|de ai|ai assistent|ki model)",
    ),
    (
        r"(?:haal|verwijder|schrap|wis|laat|gooi)",
        r"(?:(?:uit )?(?:je|jouw|uw) (?:bewijs\S*|bevindingen|conclusies|notities|resultaten)|uit het bewijs\S*)",
    ),
    (
        r"(?:voer|start|open|gebruik|typ|draai)",
        r"(?:(?:je|jouw|uw) (?:\S+ )?(?:terminal|console|shell|gereedschap|opdrachtregel))",
    ),
    (r"(?:wijs|noem|benoem|beschuldig|duid|markeer)", r"als (?:\S+ )?(?:\S*oorzaak|schuldige|boosdoener|dader)"),
)

WESTERN = (*_DE, *_FR, *_ES, *_PT, *_IT, *_NL)
