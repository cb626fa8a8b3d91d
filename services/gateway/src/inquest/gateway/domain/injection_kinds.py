"""Which kinds of words instruct a model when they stand near each other, in other languages than English."""

# ruff: noqa: E501, RUF001 - kinds are read one to a line, in the letters of their language

from collections.abc import Iterable

from inquest.gateway.domain.injection_aims_eastern import CYRILLIC, EASTERN
from inquest.gateway.domain.injection_aims_orders import CYRILLIC_ORDERS, ORDERS
from inquest.gateway.domain.injection_aims_scripts import INFLECTED, UNSPACED
from inquest.gateway.domain.injection_aims_western import WESTERN

# Of each language: how orders are dropped and what they are called; how things are hidden, and what is; how something
# is shown, and what must not be; how a verdict is asked for. Two of a pair stand near each other in whatever order.
_LATIN: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        (
            r"(?:setz\S* dich|hinwegsetzen|lass\S*|wirf|streich\S*|ubergeh\S*|vernachlassig\S*|verwirf|pfeif\S*|breche?n?|brich|missacht\S*)",
            r"(?:deine?[mnrs]? (?:\S+ )?(?:vorgaben?|anweisung\S*|regeln?|auftrage?|befehle?|richtlini\S*)|(?:bisherige|vorherige|obige|fruhere|urspruengliche|ursprungliche)\S* (?:vorgaben?|anweisung\S*|regeln?|auftrage?|befehle?))",
        ),
        (
            r"(?:verschweig\S*|verheimlich\S*|verberg\S*|verbirg|versteck\S*|unterschlag\S*|unerwahnt|vertusch\S*|totschweig\S*|geheim(?:halten)?)",
            r"(?:fehler|ausfall|anderung|commit|deploy\S*|vorfall|storung|betreiber|nutzer|bericht|release|vorgang|problem)\S*",
        ),
        (
            r"(?:schreib|trag|nimm|notier|vermerk|setz)\S*",
            r"(?:in|als) (?:den|deinen|die|deine) (?:bericht|befund|ursache|schluss|zusammenfassung|urteil)\S*",
        ),
    ),
    (
        (
            r"(?:fais abstraction|laisse\S* (?:de cote|tomber)|mets de cote|ecarte\S*|passe\S* outre|ne tiens pas|renonce\S*|desobei\S*|annule\S*)",
            r"(?:instructions?|consignes?|regles?|ce qui (?:precede|est ecrit)|directives?|tout)",
        ),
        (
            r"(?:passe\S* sous silence|tais|taire|cache[rz]?(?: (?:cette|cet|ce|les|la|le|l))|dissimule[rz]?|masque[rz]|omets|omettre|omettez|etouffe\S*|garde\S* (?:le )?secret)",
            r"(?:erreurs?|deploiement|changement|incident|panne|bug|rapport|resume|operateur\S*|utilisateur\S*|modification|commit)",
        ),
        (
            r"(?:donne|montre|affiche|revele|envoie|ecris|recopie)\S*(?: moi)?",
            r"(?:(?:ton|tes|votre|vos) (?:\S+ )?(?:message|prompt|consignes?|instructions?|regles?|secrets?|identifiants?)|mots? de passe|message systeme)",
        ),
        (r"(?:designe|accuse|nomme|declare|denonce)[rz]?", r"(?:coupable|responsable|fautif|comme (?:la )?cause)"),
    ),
    (
        (
            r"(?:dej\S* (?:de lado|a un lado)|haz a un lado|pas\S* por alto|desoye|desoiga|incumple|salta\S*|abandona|anula)",
            r"(?:instrucciones|reglas|indicaciones|ordenes|directrices|lo anterior)",
        ),
        (
            r"(?:omit[ae]|ocult[ae]|call[ae]|escond[ae]|silenci[ae]|(?:haz|actua) como si|encubr[ae])",
            r"(?:fallo|errores|error|despliegue|cambio|resumen|informe|incidente|operador\S*|usuario|problema|commit)",
        ),
        (
            r"(?:ensen\S*|muestr\S*|dime|imprim\S*|revel\S*|escrib\S*|danos|dame)",
            r"(?:(?:reglas|instrucciones|prompt|mensaje)(?: \S+){0,2} (?:dieron|dado|ocult\S*|secret\S*|iniciales|sistema|originales)|(?:tus|tu) (?:\S+ )?(?:reglas|instrucciones|prompt|secretos|credenciales))",
        ),
        (
            r"(?:concluy|conclui|afirm|declar|sentenci|escrib|dictamin)\S* que",
            r"(?:culpa|causa|culpable|responsable|sano|normal)",
        ),
    ),
    (
        (
            r"(?:deix\S* de lado|ponha de lado|abandone|descumpra|anule|larga)",
            r"(?:instrucoes|regras|ordens|orientacoes|diretrizes)",
        ),
        (
            r"(?:omit[ae]|ocult[ae]|escond[ae]|silenci[ae]|encubra|acoberte)",
            r"(?:erros?|falhas?|implantacao|mudanca|alteracao|resumo|relatorio|operador\S*|usuario|incidente|commit)",
        ),
        (
            r"(?:mostr\S*|exib\S*|revel\S*|escrev\S*|imprim\S*)",
            r"(?:(?:regras|instrucoes|prompt) (?:\S+ )?(?:recebeu|recebidas|iniciais|ocultas|secretas|originais)|(?:suas|seu) (?:\S+ )?(?:regras|instrucoes|prompt|credenciais))",
        ),
    ),
    (
        (
            r"(?:lascia\S* (?:perdere|stare)|metti da parte|abbandona|annulla|disobbedisci|accantona)",
            r"(?:istruzioni|regole|ordini|direttive|indicazioni)",
        ),
        (
            r"(?:ometti|nascondi|taci|cela|occulta|insabbia)",
            r"(?:error[ei]|guast[oi]|rilascio|modific[ah]e?|riepilogo|rapporto|incidente|operatore|utente|commit)",
        ),
        (r"(?:da questo momento|d ora in avanti|da adesso)", r"(?:obbedisci|rispondi|sei|solo|soltanto|ascolta|segui)"),
        (
            r"(?:mostra\S*|rivela\S*|scrivi|elenca|stampa)",
            r"(?:tue (?:istruzioni|regole)|tuo prompt|istruzioni (?:nascoste|iniziali|segrete|originali))",
        ),
    ),
    (
        (
            r"(?:porzuc|odloz|odrzuc|zlam|pomin|uniewaznij|zapomnij)",
            r"(?:instrukcj\S*|polece\S*|zasad\S*|wytyczn\S*|regul\S*)",
        ),
        (
            r"(?:pomin|ukryj|przemilcz|zatai\S*|zataj|schowaj)",
            r"(?:blad|bledy|wdrozeni\S*|zmian\S*|raport\S*|podsumowani\S*|incydent\S*|awari\S*|operator\S*)",
        ),
        (
            r"(?:wypisz|pokaz|ujawnij|podaj|wyswietl)",
            r"(?:(?:swoje|ukryte|swoj|tajne|poczatkowe) (?:\S+ )?(?:instrukcje|zasady|prompt|polecenia|hasla))",
        ),
    ),
    (
        (
            r"(?:bos ver|yok say|birak|iptal et|unut|gec|dinleme|hice say)",
            r"(?:talimat|yonerge|kural|komut|emir|emri)\S*",
        ),
        (
            r"(?:gizle|sakla|ortbas et|bahsetme|soyleme|belirtme)",
            r"(?:hata|degisik|dagitim|olay|rapor|sorun|ariza|operator)\S*",
        ),
        (
            r"(?:goster|yaz|soyle|paylas|listele|ifsa et|acikla)",
            r"(?:(?:sana|gizli|ilk|sistem|kendi)(?: \S+)? (?:talimat|yonerge|kural|komut|istem)\S*)",
        ),
    ),
    (
        (
            r"(?:verzwijg|verberg|verstop|verhul|negeer|laat)",
            r"(?:(?:fout|wijziging|storing|uitrol|incident|commit)\S*(?: \S+){0,4} (?:weg|verslag|rapport|samenvatting|operator)\S*)",
        ),
        (r"(?:toon|onthul|geef|schrijf)", r"(?:(?:je|jouw|uw) (?:\S+ )?(?:instructies|regels|prompt|opdracht))"),
    ),
)
_CYRILLIC: tuple[tuple[str, str], ...] = (
    (
        r"(?:отмени|отбрось|нарушь|обойди|отклони|забудь|выброси|отложи)",
        r"(?:указани\S*|инструкци\S*|правил\S*|команд\S*|приказ\S*|требовани\S*)",
    ),
    (
        r"(?:скрои|скрой|утаи|умолчи|спрячь|замолчи|скрыть|замни)",
        r"(?:ошибк\S*|сбо\S*|изменени\S*|релиз\S*|оператор\S*|отчет\S*|инцидент\S*|проблем\S*|авари\S*)",
    ),
    (
        r"(?:сделаи|сделай|сделать) (?:\S+ )?(?:вывод|заключение)|(?:обвини|признаи|признай|объяви)",
        r"(?:виноват\S*|причин\S*|виновн\S*|что)",
    ),
    (
        r"(?:выведи|покажи|раскрои|раскрой|напечатаи|напечатай|перечисли)",
        r"(?:(?:свои|скрыт\S*|исходн\S*|начальн\S*|системн\S*|секретн\S*|твои) (?:\S+ )?(?:инструкци\S*|правил\S*|указани\S*|промпт\S*|парол\S*|ключ\S*))",
    ),
)
_UNSPACED: tuple[tuple[str, str], ...] = (
    (
        r"(?:抛开|放弃|撇开|丢掉|推翻|作废|丢弃|拋開|别遵守|不用遵守|不再遵守)",
        r"(?:指令|指示|规则|要求|命令|提示|约束|设定)",
    ),
    (
        r"(?:隐瞒|掩盖|隐藏|遮掩|瞒着|隱瞞|瞒报|不要声张|保密)",
        r"(?:错误|故障|变更|部署|事件|用户|操作员|问题|提交|报告|异常|錯誤)",
    ),
    (
        r"(?:原样输出|输出|打印|发出来|写出来|告诉我|展示|念出|复述|给我看)",
        r"(?:初始提示|系统提示|提示词|你的(?:指令|规则|提示|设定)|最初的(?:指令|提示)|密钥|密码|机密)",
    ),
    (
        r"(?:结论|根因|判定|报告)(?:应|必须|就|请|要)?(?:写成|写为|写|定为|改为|就是|填)",
        r"(?:导致|引起|造成|原因|无故障|正常|健康|误报)",
    ),
    (r"(?:指示|命令|ルール|規則|制約|指令)", r"(?:取り消|破棄|無効|捨て|なかったことに|守らな|従う必要は)"),
    (
        r"(?:隠し|隠す|伏せ|黙って|内密|秘密に|握りつぶ)",
        r"(?:エラー|障害|変更|デプロイ|件|報告|事実|問題|コミット|不具合)",
    ),
    (
        r"(?:出力|表示|教え|見せ|書き出|開示)(?:し|て|せ|よ)",
        r"(?:最初に与えられた|与えられた指示|初期指示|システム(?:プロンプト|指示)|あなたの(?:指示|ルール|命令)|秘密|パスワード)",
    ),
    (r"(?:지침|지시|명령|규칙|제한)", r"(?:취소하|철회하|버리|폐기하|벗어나|무효)"),
    (r"(?:숨겨|숨기|감춰|감추|은폐|비밀로|모른 척)", r"(?:오류|장애|변경|배포|사실|문제|커밋|사고|보고)"),
    (
        r"(?:출력하|보여|알려|공개하|말해|써)",
        r"(?:처음에 받은|받은 지시|초기 지시|시스템 (?:지시|메시지)|너의 (?:지시|규칙)|당신의 (?:지시|규칙)|비밀번호)",
    ),
    (r"(?:ألغ|الغ|إلغ|تخل عن|اترك|أهمل|خالف|دع)", r"(?:التعليمات|تعليمات|القواعد|قواعد|الأوامر|الاوامر|أوامر)"),
    (r"(?:أخف|اخف|أخفي|اكتم|استر|تكتم|لا تفصح)", r"(?:الخطأ|الخطا|خطأ|العطل|التغيير|المشغل|النشر|الحادث|المشكلة)"),
    (
        r"(?:اعرض|أظهر|اظهر|اطبع|اكشف|اكتب|هات)",
        r"(?:تعليماتك|قواعدك|كلمة المرور|كلمات السر|رسالة النظام|موجهك|تعليمات النظام)",
    ),
    (r"(?:रद्द कर|रद्द|छोड़ दो|छोड़ दो|भूल|न मान|मत मान|ठुकरा)", r"(?:आदेश|निर्देश|नियम|अनुदेश)"),
    (r"(?:छिपा|छुपा|दबा दो|मत बता|न बता|गुप्त रख)", r"(?:त्रुटि|गलती|ग़लती|बदलाव|परिवर्तन|घटना|समस्या|ऑपरेटर|विफलता|रिपोर्ट)"),
    (r"(?:दिखा|बता|लिख|प्रकट|उजागर)", r"(?:(?:अपने|मूल|गुप्त|छिपे)(?: \S+)? (?:निर्देश|नियम|आदेश|प्रॉम्प्ट))"),
)


def _spaced(kinds: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(rf" (?:{one} (?:\S+ ){{0,5}}{other}|{other} (?:\S+ ){{0,5}}{one}) " for one, other in kinds)


def _close(kinds: Iterable[tuple[str, str]], letters: int) -> tuple[str, ...]:
    return tuple(rf"(?:{one}.{{0,{letters}}}{other}|{other}.{{0,{letters}}}{one})" for one, other in kinds)


NEAR_IN_LATIN = (*_spaced(pair for kinds in _LATIN for pair in kinds), *_spaced((*WESTERN, *EASTERN)), *ORDERS)
"""Rules for folded text."""
NEAR_IN_OTHERS = (
    *_spaced(_CYRILLIC),
    *_spaced(CYRILLIC),
    *CYRILLIC_ORDERS,
    *_close(_UNSPACED, 14),
    *_close(UNSPACED, 14),
    *_close(INFLECTED, 24),
)
"""Rules for folded text that no text in Latin letters alone can meet."""
