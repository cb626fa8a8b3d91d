"""Which words together instruct a model, in other languages than English. Over folded text: no accents on Latin letters.

Of each language: to drop orders, to keep something out of a report, to show the prompt, to be somebody else, to say that
all is well or what the cause is, and whom that is said to.
"""

# ruff: noqa: E501, RUF001 - rules are read one to a line, in the letters of their language

from inquest.gateway.domain.injection_kinds import NEAR_IN_LATIN, NEAR_IN_OTHERS

_NEAR = r" (?:\S+ ){0,2}"
_FEW = r" (?:\S+ ){0,5}"
_MODEL = r"(?:ki|ia|ai|llm|assistent\S*|asystent\S*|assistant\S*|asistent\S*|asistan\S*|assistente\S*|sprachmodell\S*|modele de langage|modelo de linguag\S+|modelo de lenguaje|modello linguistico|taalmodel|model jezykow\S*|yapay zeka\S*|chatbot\S*|ассистент\S*|помощник\S*|нейросет\S*|языков\S+ модел\S*|агент\S*)"
_CHANGE = r"(?:anderung|commit|deploy|vorfall|fehler|bericht|changement|modification|erreur|rapport|cambi|fallo|error|inform|report|altera|mudanc|relator|rilasci|modific|rapport|errore|wijziging|verslag|fout|zmian|raport|wdroz|blad|degisik|rapor|hata|изменени|отчет|ошибк|коммит|релиз)"

_GERMAN = (
    rf" (?:ignorier|vergiss|vergesst|missacht|verwirf|uberschreib|umgeh|befolge nicht|beachte nicht|verwerf|setz\S* dich uber)\S*{_FEW}(?:anweisung|regel|befehl|vorgabe|instruktion|prompt|richtlini|auftrag|auftrage)\S* ",
    rf" (?:vergiss|vergesst|ignorier\S*|vergessen sie) (?:bitte )?(?:alles|was (?:dir|du|man|oben|zuvor|bisher)|das (?:obige|bisherige)) | ignorier\S*{_FEW}(?:kontext|alles) ",
    r" (?:du bist|sie sind|du agierst|du handelst) (?:jetzt|nun|ab jetzt|ab sofort|von nun an|ab nun) (?:ein|der|die|das|mein|frei|kein|nicht mehr) | ab (?:jetzt|sofort|nun) (?:\S+ )?(?:du|ihr|nur) | du bist (?:jetzt|nun|ab jetzt|ab sofort) ",
    rf" (?:zeig|nenn|gib|verrat|wiederhol|druck|offenbar|schreib)\S*{_FEW}(?:system ?prompt\S*|anweisungen|geheimniss\S*|zugangsdaten|systemanweisung\S*) ",
    rf" (?:sag|sage|melde|verrate|erzahl|erzahle) (?:dem|der|den|niemand){_FEW}(?:nichts|davon|nicht) ",
    r" tu so als (?:ob|warst|ware|sei) | verhalte? dich (?:wie|als) | (?:gib|gebe|melde) nur (?:entwarnung|ok) | spiel\S* die rolle ",
    r" antworte(?: \S+)? (?:nur|ausschließlich|ausschliesslich|ausschlieslich|ausschlielich) | antworte (?:mit|dass|einfach) ",
    rf" (?:erwahn|nenn|bericht|meld|verschweig|fuhr|liste|zitier|darf|durfen|soll|sollen|lass|lasse|unterschlag)\S*{_FEW}(?:nicht|keinesfalls|niemals|weg|aus){_FEW}(?:bericht|zusammenfassung|analyse|erwahnt|erwahnen|genannt|aufgefuhrt|auftauchen|erscheinen|berucksichtigt)\S* ",
    rf" (?:{_MODEL}|agent\S*|modell\S*) (?:\S+ )?(?:soll|sollen|muss|mussen|darf|durfen|hat zu|haben zu) ",
    rf" (?:an (?:die|den|das|alle)|liebe|lieber|hinweis (?:fur|an)(?: \S+)?|achtung) {_MODEL} ",
    rf" (?:meld|bestatig|bericht|sag|behaupt|schreib|antwort|schlussfolger)\S*{_NEAR}dass{_FEW}(?:gesund|ordnung|ursache|funktioniert|schuld|fehlerfrei|gut|in ordnung|lauft)\S* ",
    rf" (?:nenn|gib|benenn|setz)\S*{_FEW}als (?:die |den |einzige )*(?:ursache|grund|schuldigen|ausloser) | gib\S*{_NEAR}die schuld ",
    rf" (?:freigabe|genehmigung|erlaubnis|zustimmung){_FEW}(?:erteilt|gegeben|liegt vor){_NEAR}(?:fuhr|losch|start|mach|rufe|stopp)\S* | (?:freigegeben|genehmigt) (?:\S+ ){{0,4}}(?:fuhre|losche|starte|mach) ",
    r" (?:schliess|schlie)\S* (?:den|diesen) vorfall | (?:beend|stopp)\S* (?:die|deine) (?:analyse|untersuchung) ",
)
_FRENCH = (
    rf" (?:ignor|oubli|neglig|outrepass|contourn|abandonn)(?:e|es|ez|er|ons|iez){_FEW}(?:instructions?|consignes?|regles?|ordres?|directives?|prompt) ",
    r" (?:tiens|tenez|tenir|tiennes) (?:pas |plus |aucun )?compte | pas tenir compte | (?:oublie|oubliez|ignore|ignorez) (?:tout|ce qui|ce que) ",
    r" (?:tu es|vous etes|tu deviens) (?:maintenant|desormais|dorenavant|a present) | (?:a partir de maintenant|desormais|dorenavant) (?:tu|vous|reponds|ne) ",
    rf" (?:affich|montr|revel|repet|donn|imprim|divulg)\S*{_FEW}(?:prompt|instructions|secrets|consignes|identifiants|message systeme) ",
    rf" (?:fais|faites) comme si | (?:supprime|efface|detrui)\S*{_NEAR}preuves | (?:suis|suivez|respecte|respectez|obeis|obeissez) (?:pas|plus){_FEW}(?:instructions|consigne|consignes|regles|regle|aucune) ",
    rf" (?:ne|n) (?:\S+ )?(?:mention|signal|cite|parl|inclu|rapport|evoqu|indiqu|dis|dites|revel)\S* (?:pas|jamais|surtout|plus|rien){_FEW}{_CHANGE}\S* ",
    rf" (?:dis|dites|reponds|repondez|conclus|concluez|ecris|ecrivez|affirme|affirmez|signale|rapporte|confirme) que{_FEW}(?:cause|bien|sain|saine|normal|fonctionne|coupable|responsable|aucun|rien|ordre|va)\S* | (?:reponds|repondez) (?:uniquement|seulement|simplement) ",
    rf" (?:a l attention de|note a|cher|chere|message pour|attention) (?:l |la |le |les |toute |tout )*{_MODEL} | {_MODEL} (?:doit|doivent|devez|devra) ",
    rf" (?:comporte toi|comportez vous|agis|agissez) (?:comme|en tant) | (?:nomme|designe|indique)\S*{_FEW}comme (?:la |le |seule )*(?:cause|coupable) ",
)
_SPANISH = (
    rf" (?:ignor|olvid|omit|descart|desobede|desestim)(?:a|e|en|ad|ar|es|ce|zca|as|an)(?:los?|las?)?{_FEW}(?:instrucci|reglas|normas|ordenes|directri|indicaci|consigna)\S*(?: anterior\S*| previ\S*| de arriba| y | que|) ",
    r" (?:haz|haga) caso omiso | (?:olvida|ignora|olvide|ignore) (?:todo|lo (?:anterior|dicho|que (?:te|se|has))) ",
    r" (?:ahora eres|eres ahora|a partir de ahora (?:\S+ )?(?:debes|eres|seras|responde)) (?:un|una|el|la|mi|solo|que|obedecer|siempre|\S+) ",
    rf" (?:muestr|revel|repit|ensen|imprim|dime)\S*{_FEW}(?:prompt|instrucciones|secretos|credenciales) ",
    rf" no (?:obedezcas|sigas|cumplas|hagas caso){_FEW}| (?:actua|comportate|finge)\S* (?:como|ser){_FEW}(?:administrador|asistente) | aprueba la accion ",
    rf" no (?:mencion|inform|report|incluy|cit|digas|revel|nombr|hables)\S*{_FEW}{_CHANGE}\S* | no (?:le |les )?digas (?:a |al |nada) ",
    rf" (?:di|responde|concluye|reporta|informa|escribe|confirma|concluir|decir|informar|responder|afirma) que{_FEW}(?:causa|funciona|sano|bien|culpa|normal|error|errores|correcto|responsable)\S* | responde (?:solo|solamente|unicamente) ",
    rf" (?:culpa|culpe|acusa) (?:a|al) | (?:senala|indica|nombra)\S*{_FEW}como (?:la |el |unica )*(?:causa|culpable) ",
    rf" (?:{_MODEL}|el modelo|el agente) (?:debe|deben|tiene que|deberia) ",
)
_ITALIAN = (
    rf" (?:ignora|ignorate|ignori|dimentica|dimenticate|trascura|scavalca|tralascia)\S*{_FEW}(?:istruzion|regol|ordini|direttiv|indicazion)\S* | (?:dimentica|ignora) (?:tutto|quanto|cio) ",
    rf" (?:ora sei|da ora in poi|d ora in poi|d ora innanzi|adesso sei) | (?:mostra|rivela|ripeti|stampa|dimmi)\S*{_FEW}(?:prompt|istruzioni|segreti|credenziali) ",
    rf" non (?:seguire|obbedire|rispettare){_FEW}(?:istruzion|regol)\S* | (?:fingi|comportati)\S* (?:di essere|come) | (?:rispondi) (?:solo|soltanto|unicamente) ",
    rf" non (?:citare|menzionare|riportare|includere|segnalare|nominare|dire|parlare|rivelare){_FEW}{_CHANGE}\S* ",
    rf" (?:di|scrivi|rispondi|concludi|segnala|riporta|conferma) che{_FEW}(?:causa|sano|sana|bene|funziona|normale|colpa|errore|errori|posto)\S* | (?:da|dai|dare|attribuisci) la colpa | (?:{_MODEL}|il modello) deve ",
)
_PORTUGUESE = (
    rf" (?:ignor|esque|desconsider|descart|desobede)(?:a|e|em|ar|ca|cam|cer|ce|i){_FEW}(?:instruc|regras|ordens|diretriz|orientac)\S* | (?:esqueca|ignore|esquece) tudo (?:o )?(?:que|isso|acima) ",
    r" (?:agora voce e|voce agora e|voce e agora|a partir de agora voce|a partir de agora (?:seu|sua|responda|obede\S+)|tu es agora) ",
    rf" (?:mostr|revel|repit|exib|imprim|diga)\S*{_FEW}(?:prompt|instrucoes|segredos|credenciais) | nao (?:siga|obedeca){_FEW}| (?:finja|aja|comporte)\S* (?:ser|como) | (?:aprove a acao|apague as provas) ",
    rf" nao (?:mencion|inform|relat|inclu|cit|diga|revel|nome|fale|report)\S*{_FEW}{_CHANGE}\S* | responda (?:apenas|somente|so) ",
    rf" (?:diga|responda|conclua|relate|informe|escreva|confirme) que{_FEW}(?:causa|funciona|saudavel|bem|culpa|normal|erro|erros|ordem)\S* | (?:aponte|indique|culpe|nomeie){_FEW}(?:como (?:a |o )?(?:causa|culpado)|culpe) | (?:{_MODEL}|o modelo) deve ",
)
_DUTCH = (
    rf" (?:negeer|vergeet|sla)\S*{_FEW}(?:instructie|regel|opdracht|aanwijzing)\S* | vergeet (?:alles|wat) ",
    r" (?:je|jij|u) bent (?:nu|vanaf nu|voortaan) | vanaf nu (?:\S+ )?(?:je|jij|u) ",
    rf" volg{_FEW}(?:instructies|regels|opdrachten) niet | doe alsof | (?:toon|geef|onthul|herhaal|laat){_FEW}(?:systeemprompt|system prompt|instructies) ",
    rf" (?:noem|vermeld|meld|rapporteer){_FEW}niet{_FEW}(?:verslag|rapport|samenvatting|analyse) | (?:meld|zeg|antwoord|concludeer) dat{_FEW}(?:oorzaak|goed|gezond|orde|werkt) ",
)
_SLAVIC = (
    rf" (?:zignoruj|ignoruj|zapomnij|pomin|odrzuc|zlekcewaz)\S*{_FEW}(?:instrukc|zasad|polecen|regul|wytyczn|rozkaz)\S* | (?:jestes teraz|teraz jestes|od teraz|od tej chwili) (?:\S+ ){{0,2}}(?:jestes|masz|odpowiadaj|bez|woln\S*|asystent\S*|tylko|bedziesz|sluchaj|nieograniczon\S*) | jestes teraz ",
    rf" nie (?:wspomin|wymien|zglasz|raport|uwzgledn|podaw|mow|ujawn)\S*{_FEW}(?:{_CHANGE}|raporc)\S* | (?:pokaz|ujawnij|wypisz|podaj|powtorz|zdradz){_FEW}(?:prompt\S*|instrukcje|sekret\S*|polecenia) ",
    rf" (?:zglos|napisz|powiedz|odpowiedz|stwierdz|potwierdz) ze{_FEW}(?:dziala|przyczyn|zdrow|porzadku|dobrze|win)\S* | (?:udawaj|zachowuj sie jak|odpowiadaj tylko|odpowiedz tylko) | (?:podaj|wskaz){_FEW}jako przyczyn\S* ",
    rf" (?:ignoruj|zapomen)\S*{_FEW}(?:pokyn|instrukc|pravid|prikaz)\S* | (?:ignoriraj|zaboravi)\S*{_FEW}(?:uput|pravil|instrukcij|naredb)\S* ",
)
_CYRILLIC = (
    rf" (?:игнорир|проигнорир|забуд|отброс|пренебрег|не обращай внимания|отмени)\S*{_FEW}(?:инструкци|правил|указани|команд|распоряжени|приказ)\S* | (?:забудь|игнорируй|забудьте) (?:все|всё|о том|что) ",
    rf" (?:теперь ты|ты теперь|вы теперь|с этого момента ты|отныне ты|отныне) | не (?:следуи|следуй|выполняй|соблюдай|слушай){_FEW}| веди себя как | представь что ты | отвечай только | притворись ",
    rf" (?:покажи|раскрой|выведи|повтори|напечатай|открой|сообщи|назови|скажи|покажите){_FEW}(?:промпт|промт|системн\S+ (?:сообщени|инструкци|подсказк|запрос)|инструкци|секрет|парол)\S* ",
    rf" не (?:упоминай|сообщай|включай|указывай|говори|упоминать|показывай|называй|пиши|рассказывай)\S*{_FEW}(?:{_CHANGE}|об этом|о сбое|пользовател|оператор)\S* ",
    rf" (?:сообщи|скажи|напиши|ответь|заключи|подтверди|доложи) что{_FEW}(?:исправ|работает|порядке|причин|нормальн|здоров|хорошо|виноват|нет)\S* | (?:назови|укажи|считай|объяви){_FEW}причин\S* ",
    r" (?:ассистент|помощник|модель|нейросеть|ии|агент) (?:\S+ )?(?:должен|должна|должны|обязан|обязана) | (?:ии|ассистент|нейросеть) (?:не |сообщи|скажи|забудь|игнорируй) ",
    rf" (?:ігнору|забуд|знехту)\S*{_FEW}(?:інструкці|правил|вказівк|наказ)\S* ",
)
_TURKISH = (
    rf" \S*(?:talimat|kural|komut|yonerge|emir)\S*{_FEW}(?:yok say|unut|gormezden|dikkate alma|goz ardi|uyma|bosver)\S* | (?:artik sen|sen artik|bundan sonra sen|bundan boyle) ",
    rf" (?:sistem (?:istem|komut|prompt|mesaj|talimat)\S*|gizli talimat\S*|istemini|promptunu){_NEAR}(?:goster|yaz|soyle|acikla|ifsa|tekrarla|paylas|ver)\S* ",
    rf" (?:degisiklig|hata|dagitim|commit|olay)\S*{_FEW}(?:rapor|ozet|analiz)\S*{_FEW}(?:belirtme|bahsetme|yazma|ekleme|anma|gosterme|dahil etme)\S* | (?:rapor|ozet)\S*{_FEW}(?:belirtme|bahsetme|yazma|deginme)\S* ",
    rf" (?:saglikli|sorunsuz|normal|yolunda|iyi) (?:oldugunu |diye )?(?:de|yaz|bildir|soyle|raporla) | kok neden\S*{_FEW}(?:olarak|de|yaz|goster|soyle|bildir)\S* ",
)
_EAST_ASIAN = (
    r"(?:忽略|无视|無視|忘记|忘掉|忘記|不要理会|不理会|跳过|覆盖|抛弃|绕过|违反|取消|别管|不用管).{0,12}(?:指令|指示|规则|規則|命令|提示|要求|设定|约束|说明|上文|内容)",
    r"不要(?:遵守|遵循|执行|听从).{0,12}(?:指令|指示|规则|命令)|从现在起|从现在开始(?:你|只)|只听|你不再受|(?:你现在是|现在你是|从现在开始你|你現在是|请扮演|假装你是|扮演一个)",
    r"(?:显示|告诉我|输出|透露|重复|打印|泄露|公开|说出|展示|顯示|給我).{0,8}(?:系统提示|提示词|系統提示|系统指令|你的指令|密钥|密码|凭证)",
    r"(?:不要|别|请勿|切勿|不得|不能|禁止|無需|不需).{0,8}(?:提及|提到|报告|汇报|透露|告诉|列入|写入|写进|包括|说明|指出|上报).{0,12}(?:变更|更改|改动|提交|部署|报告|用户|错误|故障|发布|分析|结论|问题|事件)|(?:报告|总结|分析|结论)中?(?:不要|请勿|切勿|不得|别)(?:提|写|列|包|出现)",
    r"(?:报告|回答|回复|说|声称|得出结论|断定|确认|告诉用户|輸出|输出).{0,10}(?:一切正常|没有问题|正常运行|无异常|健康|没问题|系统正常|根本?原因是|原因是)|根(?:本原)?因(?:应|必须|就)(?:该)?(?:是|为|写)|(?:归咎|归因|怪罪)于|(?:ai|人工智能|助手|模型|智能体)(?:必须|应该|应当|需要|请|不得|不要)",
    r"(?:指示|命令|ルール|規則|指令|プロンプト|指示事項|制約).{0,10}(?:無視|忘れ|破棄|従わな|取り消|無効)|あなたは(?:今|これから|もう)|(?:として|のように)(?:振る舞|ふるま|行動)|のふりをし",
    r"(?:システムプロンプト|プロンプト|隠された指示|内部指示|機密情報|認証情報).{0,10}(?:表示|出力|教え|見せ|開示|繰り返|明かし|示し)",
    r"(?:変更|コミット|デプロイ|エラー|障害|この件|これ|修正|リリース).{0,16}(?:報告|触れ|言及|記載|含め|伝え|述べ|書か)(?:し)?(?:ないで|ないこと|るな|てはいけ|ずに|てはなら|なくて)|(?:報告|要約|レポート|分析)(?:書)?.{0,10}(?:触れ|言及し|記載し|含め|書か)(?:ないで|ないこと|てはなら|るな)",
    r"(?:正常|問題なし|問題ない|健全|異常なし|原因は.{1,20})(?:だ|です|である|)と(?:だけ)?(?:報告|答え|回答|結論|伝え|書い|言っ|述べ)|(?:アシスタント|ai|エージェント|モデル)(?:は|よ|へ).{0,20}(?:してください|しなさい|すること|しなければ|せよ)",
    r"(?:지시|명령|규칙|지침|프롬프트|안내).{0,10}(?:무시|잊|따르지|어기|버리)|(?:너는 이제|당신은 이제|이제 당신은|이제 너는|지금부터 (?:너|당신))|인 척|처럼 행동",
    r"(?:시스템 ?프롬프트|프롬프트|숨겨진 지시|비밀|내부 지침).{0,10}(?:출력|보여|알려|공개|표시|반복|말해|드러)",
    r"(?:변경|커밋|배포|오류|장애|이것|내용|사항|수정).{0,16}(?:언급|보고|포함|말|알리|기재|기록)(?:하지|하면 안|되지|지 )|(?:보고서|요약|분석).{0,12}(?:언급하지|포함하지|쓰지|넣지)|(?:정상|문제 ?없|이상 ?없|건강|원인은).{0,16}(?:보고|답|말|결론|대답|작성)(?:하|해|을 내)|(?:ai|어시스턴트|에이전트|모델)(?:는|은|야|에게).{0,20}(?:해야|하세요|하라|하지 마)",
)
_SOUTHERN = (
    r"(?:تجاهل|انس|تجاوز|اهمل|أهمل|إهمل|انسي|تجاهلوا|تجاهلي)\S* (?:\S+ ){0,3}\S*(?:تعليمات|قواعد|اوامر|أوامر|توجيهات|ارشادات|إرشادات)",
    r"(?:اكشف|اعرض|أظهر|اظهر|اطبع|اخبرني|أخبرني|كرر|أعطني|اعطني)\S* (?:\S+ ){0,3}\S*(?:موجه|النظام|تعليمات|الاسرار|الأسرار|برومبت|كلمات المرور)",
    r" (?:لا|لن|عدم) (?:تذكر|تشر|تخبر|تدرج|تبلغ|تكشف|ذكر|تضمن|تقل)\S* (?:\S+ ){0,5}\S*(?:تغيير|تقرير|خطا|خطأ|مستخدم|المشغل|ملخص|عطل|نشر|تعديل)",
    r"(?:قل|ابلغ|أبلغ|اكتب|اجب|أجب|اذكر|استنتج)\S* (?:\S+ )?(?:ان|إن|أن|بان|بأن) (?:\S+ ){0,5}\S*(?:يعمل|بخير|سليم|يرام|السبب|طبيعي|سبب)|(?:انت|أنت) (?:الان|الآن) |من الآن فصاعد|على (?:المساعد|الذكاء|النموذج) ان",
    r"(?:निर्देश|नियम|आदेश|अनुदेश)\S* (?:\S+ ){0,3}(?:अनदेखा|भूल|नजरअंदाज|नज़रअंदाज|उपेक्षा|मत मान|छोड़)|(?:भूल जाओ|अनदेखा कर)\S* (?:\S+ ){0,4}(?:निर्देश|नियम|आदेश)",
    r"(?:प्रॉम्प्ट|प्रोम्प्ट|प्राम्प्ट|गुप्त निर्देश)\S* (?:\S+ ){0,3}(?:दिखा|बता|प्रकट|छाप|दोहरा|लिख)|(?:रिपोर्ट|बदलाव|परिवर्तन|सारांश)\S* (?:\S+ ){0,5}(?:उल्लेख|जिक्र|ज़िक्र|शामिल|बता)\S* (?:\S+ ){0,2}(?:न|मत|नहीं)|(?:सब|सब कुछ|सेवा)? ?(?:ठीक|स्वस्थ|सामान्य) (?:है )?(?:बता|कह|लिख|रिपोर्ट)|कहें कि (?:\S+ ){0,5}(?:ठीक|स्वस्थ|कारण)|(?:अब आप|अब तुम|तुम अब|आप अब) (?:\S+ ){0,3}(?:सहायक|हो|हैं) ",
)
_MORE = (
    rf" (?:abaikan|lupakan)\S*{_FEW}(?:instruksi|perintah|aturan|arahan)\S* | (?:ignora|uita)\S*{_FEW}(?:instructiun|regul|comenz)\S* | (?:ignorera|glom|bortse fran){_FEW}(?:instruktion|regl|order)\S* | (?:ignorer|glem|se bort fra){_FEW}(?:instruktion|instruks|regl|ordre)\S* ",
    rf" (?:unohda|ohita|jata huomiotta)\S*{_FEW}(?:ohje|saanno|kasky|maaray)\S* | (?:felejtsd el|hagyd figyelmen kivul){_FEW}(?:utasitas|szabaly|parancs)\S* | (?:bo qua|quen){_FEW}(?:huong dan|chi thi|lenh|quy tac) ",
)
_FAR = (
    rf" (?:αγνοησ|ξεχασ)\S*{_FEW}(?:οδηγι|εντολ|κανον)\S* ",
    r"(?:התעלם|שכח|תתעלם)\S* (?:\S+ ){0,4}\S*(?:הוראות|כללים|הנחיות|פקודות)|(?:نادیده|فراموش) (?:\S+ ){0,3}\S*(?:دستور|قوانین)|\S*(?:دستور|قوانین)\S* (?:\S+ ){0,4}(?:نادیده|فراموش)|(?:เพิกเฉย|ละเว้น|ลืม|ไม่ต้องสนใจ).{0,12}(?:คำสั่ง|คำแนะนำ|กฎ)",
)

LATIN = (
    (*_GERMAN, *_FRENCH, *_SPANISH, *_ITALIAN, *_PORTUGUESE, *_DUTCH, *_SLAVIC, *_TURKISH, *_MORE),
    NEAR_IN_LATIN,
)
OTHER_LETTERS = ((*_CYRILLIC, *_EAST_ASIAN, *_SOUTHERN, *_FAR), NEAR_IN_OTHERS)
"""Each of these wants letters that are not Latin."""
