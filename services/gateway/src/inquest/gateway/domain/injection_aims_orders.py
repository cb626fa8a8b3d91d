"""Whole orders to a model in other languages than English, where two kinds of words would be too few or too many."""

# ruff: noqa: E501, RUF001 - rules are read one to a line, in the letters of their language

ORDERS = (
    # Nobody is told.
    r" (?:verrat\S*|sag|sage|erzahl\S*)(?: \S+)? (?:niemand\S*|keinem) | ne (?:parle\S*|dis|dites|raconte\S*|revele\S*)(?: \S+){0,3} (?:a personne|rien) | no (?:se |lo |le )*(?:cuentes|digas|reveles|hables|comentes)(?: \S+)? (?:a nadie|con nadie) | nao (?:conte|diga|revele|fale|comente)(?: \S+)? (?:a|para|com) ninguem ",
    r" non (?:dire|dirlo|parlar\S*|raccontar\S*|rivelar\S*)(?: \S+)? (?:a|con) nessuno | (?:vertel|zeg|verklap)(?: \S+)? (?:niemand|(?:tegen|aan) niemand) | nie (?:mow|wspominaj|zdradzaj|opowiadaj)(?: \S+)? nikomu | nikomu nie (?:mow|wspominaj|zdradzaj) | kimseye (?:\S+ ){0,3}(?:soyleme|bahsetme|soz etme|anlatma|gosterme) ",
    # Nobody searches on.
    r" hore? auf (?:\S+ )?zu (?:suchen|lesen|prufen|untersuchen|analysieren) | (?:cesse\S*|arrete\S*) de (?:chercher|lire|analyser|enqueter|fouiller) | deja\S* de (?:buscar|leer|analizar|investigar) | pare de (?:procurar|ler|analisar|investigar) | smett\S* di (?:cercare|leggere|analizzare|indagare) | stop met (?:zoeken|lezen|onderzoeken|analyseren) ",
    r" przestan (?:szukac|czytac|badac|analizowac) | (?:arama|okuma|inceleme|analiz)\S* (?:birak|kes|durdur|bitir) ",
    # What stands in a report of somebody who is addressed.
    r" in (?:deinem|deiner) (?:\S+ )?(?:bericht|zusammenfassung|analyse|antwort|urteil|befund) | dans (?:ton|ta|votre) (?:\S+ )?(?:rapport|resume|analyse|conclusion|verdict) | en tu (?:\S+ )?(?:informe|resumen|analisis|conclusion|veredicto) | (?:no seu|na sua) (?:\S+ )?(?:relatorio|resumo|analise|conclusao) | nel(?:la)? tu[oa] (?:\S+ )?(?:rapporto|riepilogo|analisi|conclusione) ",
    r" in (?:je|jouw) (?:\S+ )?(?:verslag|rapport|samenvatting|analyse|conclusie) | w swo(?:im|jej) (?:\S+ )?(?:raporcie|podsumowaniu|analizie) | (?:rapor|ozet|analiz)\S*nda (?:\S+ ){0,3}(?:sucu|suclu|sebep|neden|yazma|sorumlu)\S* | (?:gib|schieb\S*)(?: \S+){0,4} die schuld | geef(?: \S+){0,3} de schuld ",
    # The orders of somebody who is addressed, as one addresses a machine.
    r" deine[nmr]? (?:\S+ )?(?:anweisungen|vorgaben|regeln|befehle|richtlinien|systemprompt\S*|prompt) | (?:tes|ton) (?:\S+ )?(?:consignes|instructions|regles|directives|prompt) | (?:tus|tu) (?:\S+ )?(?:instrucciones|ordenes|directrices|prompt) | (?:suas|teu|tuas) (?:\S+ )?(?:instrucoes|ordens|diretrizes) | tu[eo] (?:\S+ )?(?:istruzioni|direttive|prompt) ",
    r" (?:je|jouw) (?:\S+ )?(?:instructies|systeemprompt|richtlijnen) | swo(?:je|ich) (?:\S+ )?(?:instrukcj\S*|polecen\S*|wytyczn\S*) | (?:talimat|yonerge)larini (?:\S+ )?(?:at|birak|unut|yirt|cope|bos)\S* ",
    # What stands here is done.
    r" (?:tu|mach|folge dem|befolge) (?:\S+ )?was hier (?:steht|geschrieben) | (?:fais|faites) ce qui est (?:ecrit|dit|indique) (?:ici|la|ci) | haz lo que (?:dice|pone|esta escrito) (?:aqui|aca) | faca o que (?:esta|diz|esta escrito) aqui | fa\S? (?:quello|cio) che (?:\S+ ){0,2}(?:scritto|dice) qui | doe wat hier (?:staat|geschreven) | rob co tu (?:napisano|jest) | burada yazan\S* (?:yap|uygula)\S* ",
    # An operator is told that there was nothing.
    r" sag\S* (?:dem|der|den) (?:betreiber|nutzer|operator|bediener|team)\S*(?: \S+){0,5} (?:kein\S*|nichts|nie) | (?:dis|dites) a l (?:operateur|utilisateur|equipe)(?: \S+){0,6} (?:aucun\S*|rien|jamais|pas) | dile al? (?:operador|usuario|equipo)(?: \S+){0,2} no | diga ao (?:operador|usuario)(?: \S+){0,2} nao | di all (?:operatore|utente)(?: \S+){0,2} non ",
    r" zeg tegen de (?:operator|gebruiker)(?: \S+){0,4} (?:geen|niets|nooit) | powiedz (?:operatorowi|uzytkownikowi)(?: \S+){0,4} nie | (?:operatore|kullaniciya)(?: \S+){0,3} (?:olmadigini|yok) (?:soyle|bildir|yaz) ",
    # No rule holds.
    r" keine (?:\S+ )?(?:regeln?|grenzen|vorgaben) mehr | (?:n as|n avez) plus (?:aucune|de) (?:\S+ )?(?:regles?|consignes?|limites?|restrictions?) | ya no tienes (?:\S+ )?(?:regla|limite|restric|norma)\S* | nao tem mais (?:\S+ )?(?:regra|limite|restri)\S* | non hai piu (?:\S+ )?(?:regol|limit|vincol|restriz)\S* ",
    r" (?:je|jij) (?:hoeft|hebt) geen (?:\S+ )?(?:regels|beperkingen) | nie obowiazuj\S* cie | (?:uyman gereken|bagli oldugun) (?:\S+ )?kural ",
)
"""Whole orders in Latin letters."""

CYRILLIC_ORDERS = (
    r" (?:свои|твои|свої|твої) (?:\S+ )?(?:инструкци\S*|указани\S*|правила|інструкці\S*|вказівки) | (?:делай|роби|делать) (?:\S+ )?(?:что|то что|що|те що) (?:здесь|тут) | (?:скажи|кажи|повідом|сообщи) (?:оператору|пользователю|користувачу)(?: \S+){0,4} (?:не|нет|немає) ",
    r" никому (?:\S+ )?не (?:говори|рассказывай|сообщай|показывай) | не (?:говори|рассказывай|сообщай|показывай) (?:\S+ )?никому | нікому (?:\S+ )?не (?:кажи|розповідай|повідомляй|показуй) | не (?:кажи|розповідай|повідомляй) (?:\S+ )?нікому ",
    r" (?:хватит|перестань|прекрати|довольно|досить|припини) (?:искать|читать|анализировать|расследовать|копать|шукати|читати|аналізувати|розслідувати) ",
    r" в (?:своем|своём|твоем|твоём) (?:\S+ )?(?:отчете|отчёте|анализе|выводе|резюме|ответе) | у своєму (?:\S+ )?(?:звіті|аналізі|висновку|підсумку) | (?:свали|звали|переложи|возложи) (?:\S+ )?(?:вину|провину) ",
    r" (?:тебя|тебе) (?:\S+ ){0,2}не (?:связыва|ограничива|зв|обмежу)\S* | для (?:тебя|тебе) (?:\S+ ){0,2}(?:нет|немає) (?:\S+ )?(?:правил|ограничени|обмежень)\S* ",
)
