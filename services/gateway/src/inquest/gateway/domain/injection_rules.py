"""What tries to instruct a model, by language. RE2 syntax, over folded text: words in lower case, one space each.

A rule names a deed and its object within a few words of each other, so that neither alone is enough.
"""

# ruff: noqa: E501, ISC004, RUF001 - rules are read one to a line, in the letters of their language

_FEW = r" (?:\S+ ){0,5}"
_NEAR = r" (?:\S+ ){0,2}"

_ENGLISH = (
    rf" (?:ignore|disregard|forget|override|bypass|discard|neglect|void|violate|disobey|do not follow|don t follow|dont follow|stop following){_FEW}"
    r"(?:previous|prior|above|earlier|preceding|all|any|every|your|initial|original|former|existing|safety|system)"
    rf"{_FEW}(?:instructions?|prompts?|rules|directives?|guidelines?|commands|orders|constraints|restrictions) ",
    r" (?:ignore|disregard|forget|override|bypass) (?:your|all|any|the|these|those|previous|prior|above|earlier) "
    r"(?:instructions?|prompts?|rules|directives?|guidelines?|orders) ",
    r" (?:disregard|forget) (?:everything|the above|all of the above|what you (?:were|have been)|all you) ",
    r" ignore (?:everything|the above|what you (?:were|have been)) ",
    r" (?:you|u) (?:are|re) (?:now|no longer) (?:an?|in|the|dan|free|bound|unrestricted|allowed|my|root|admin|acting) ",
    r" (?:new|updated|real|actual|revised|true) (?:system )?(?:instructions?|directives?|orders) (?:\S+ )?(?:are|is|follow|mark|report|say|approve|close|ignore|you|for you|to) ",
    r" (?:new|updated|real) system (?:instructions?|prompt) ",
    r" your (?:new|actual|real|true|only|next) (?:task|goal|job|mission|objective|instructions?|orders|role|purpose) ",
    rf" (?:reveal|print|show|repeat|output|display|leak|recite){_FEW}(?:system|hidden|initial|secret|original) (?:prompt|instructions) ",
    rf" (?:do not|don t|dont|never|must not) (?:tell|inform|alert|warn|mention|reveal){_FEW}(?:users?|operators?|humans?|engineers?|on call|oncall|the team) ",
    r" (?:attention|dear|hey|hello|hi|note to|message to|message for|instructions? (?:to|for)) (?:the |any |all |every )?"
    r"(?:ai|llm|llms|language model|assistant|assistants|chatbot|gpt|claude|gemini|copilot) ",
    r" (?:as|if you are|if you re|you are|you re) (?:an|a|the) (?:ai|llm|large language model|language model|assistant|helpful assistant|ai assistant|autonomous agent) ",
    r" (?:ai|llm|llms|language model|assistant|model|agent) (?:reading|summari[sz]ing|analy[sz]ing|processing) th(?:is|ese) ",
    r" (?:ai|llm|language model|assistant|the model) (?:must|should|shall|has to|needs to) (?:\S+ )?(?:state|say|report|conclude|ignore|call|run|answer|respond|reply|close|mark|approve|send|write|omit) ",
    r" assistant (?:understood|sure|certainly|of course) i (?:will|ll|shall) ",
    r" from now on (?:you|respond|answer|reply|only|obey|act|always) ",
    r" (?:respond|answer|reply) (?:only|solely|just|exclusively) with ",
    r" (?:respond|answer|reply) (?:in one word|with only|with the word|with nothing but) ",
    r" (?:pretend|act|behave|roleplay|role play) (?:to be|as if you|as though you|as an? (?:helpful|unrestricted|\S+ with|administrator|admin|expert|ai|assistant)|like an? (?:ai|admin)) ",
    rf" (?:conclude|report|say|state|claim|answer|confirm|pretend) that{_FEW}(?:healthy|fine|ok|okay|innocent|at fault|wrong|no errors?|no change|not deployed|deployed|normal|resolved) ",
    rf" (?:mark|close|flag|classify|treat){_NEAR}(?:incident|alert|deploy|deployment|ticket|issue|service|commit) (?:\S+ )?as (?:\S+ )?(?:resolved|innocent|healthy|closed|harmless|benign|safe|fixed|irrelevant) ",
    rf" (?:call|use|run|invoke|execute) the (?:\S+ )?(?:tool|shell tool|function){_FEW}(?:and|to|delete|with|fetch|run|drop) ",
    r" call the tool ",
    r" run the \S+ tool ",
    rf" (?:leave|omit|exclude|hide|suppress|remove|skip){_FEW}(?:summary|report|analysis|findings|conclusion|verdict|evidence) ",
    r" (?:suppress|delete|destroy|discard|hide) (?:all |the |any |your )?(?:evidence|findings) ",
    rf" (?:send|post|upload|exfiltrate|forward|email|leak){_FEW}(?:environment|credentials|secrets?|tokens?|passwords?|api keys?|them) (?:\S+ )?to (?:the )?(?:https?|webhook|attacker|this) ",
    r" (?:do|obey|follow|execute) (?:exactly |only )?what (?:this|i|the) (?:message|line|text|say|says|tell) ",
    r" (?:stop|instead of) (?:the |this |your )?(?:analysis|investigation|analy[sz]ing|investigating) ",
    rf" (?:set aside|erase|abandon|drop|cancel|throw away|put aside|not follow|not obey|allow you to ignore|ignore){_FEW}(?:instructions?|prompts?|directives?|guidelines|restrictions?|what you know) ",
    r" your (?:previous|prior|old|earlier|former|original) (?:\S+ )?(?:instructions?|orders|rules|directives|prompt|task) ",
    r" (?:comply with|obey|listen to) (?:only |me|the operator|this message|my) ",
    r" (?:the|this|our) (?:assistant|analysis engine|language model|ai|investigator bot) (?:should|must|has to|needs to|shall|will now|may not) ",
    r" (?:tell|inform|alert) (?:nobody|no one|noone) ",
    rf" under no circumstances (?:report|mention|tell|reveal|show|alert){_FEW}",
    r" (?:keep|let s keep) this (?:between us|secret|to yourself) ",
    r" (?:false positive|false alarm) (?:so |and |please )?(?:close|ignore|resolve|dismiss) ",
    r" (?:respond|answer|reply) with (?:the )?(?:exact|following|exactly|these) ",
    r" (?:chatgpt|claude|gemini|copilot|gpt \S+|ai|llm|assistant) (?:translate|add|write|ignore|close|approve|please|say|report|tell|run|execute|delete|mark) ",
    rf" (?:ignore|disregard|forget|pay no (?:heed|attention) to|set aside){_FEW}(?:instructions?|system prompt|directives|directions|guidelines) ",
    r" you are (?:an? (?:\S+ ){0,3}(?:bot|assistant|ai|agent)|(?:now )?required to|instructed to|ordered to) ",
    r" from this (?:point|moment) (?:on|onward|onwards|forward) (?:you|respond|answer|ignore|act) ",
    r" (?:insert|include|append) the (?:sentence|phrase|words?|statement) ",
    r" your (?:instructions|orders|rules|task) (?:have|has|were|was) (?:been )?(?:changed|updated|replaced|cancelled|revoked) ",
    r" (?:for|to) (?:ai|llm|language model) (?:readers?|models?|agents?|systems?|only) ",
    r" you must (?:now |also |only |always )?(?:ignore|obey|comply|answer|respond|conclude|blame|report) ",
    r" (?:lower|raise|set|increase|decrease) the confidence of ",
    r" skip the (?:verification|remaining (?:checks|steps)|safety) ",
    rf" (?:do not|don t|dont|never) (?:include|mention|cite|use|list){_FEW}in (?:your|the) (?:findings|report|summary|answer|verdict|conclusion) ",
    r" (?:this is|i am) (?:the|your) (?:administrator|developer|creator|operator) (?:speaking|and) ",
    r" await my (?:commands|orders|instructions) ",
    r" i am your (?:developer|creator|administrator|admin|owner|operator|maker) ",
    r" (?:write|give|return) the (?:verdict|conclusion|answer|report) (?:\S+ )?(?:no|nothing|that|is|as) ",
    rf" (?:output|print|show|list|reveal){_NEAR}(?:configuration|config) and{_NEAR}(?:hidden|instructions|prompt)",
    r" to the list of approved ",
    r" (?:switch to|enter|enable) (?:developer|maintenance|debug|god|dan) mode and ",
    r" (?:rank|blame|accuse) (?:\S+ ){1,3}(?:last|first|instead) ",
    r" (?:system|admin|administrator|developer|security) override ",
    r" (?:begin|end) system prompt ",
    r" (?:jailbreak|jailbroken) ",
    r" do anything now ",
    r" (?:without|free of|free from|bound by|ignoring) (?:any |all |your |the )?(?:rules|restrictions|guidelines|limitations|safety) ",
    r" everything (?:above|before) (?:this|that|here)? ?(?:line )?(?:is|was) (?:void|invalid|obsolete|fake|wrong|untrue|a test) ",
    r" approve the (?:pending|requested|next) (?:action|change|request|write) ",
    r" (?:the )?root cause is (?:\S+ ){1,6}(?:say so|with confidence) ",
)

_OTHERS = (
    # German
    rf" (?:ignorier|vergiss|vergesst|missacht|verwirf|uberschreib|umgeh|befolge nicht)\S*{_FEW}(?:anweisung|regel|befehl|vorgabe|instruktion|prompt|richtlini)\S* ",
    r" du bist (?:jetzt|nun|ab jetzt|ab sofort) ",
    r" ab (?:jetzt|sofort) (?:\S+ )?(?:du|ihr|nur) ",
    rf" (?:zeig|nenn|gib|verrat|wiederhol)\S*{_FEW}(?:system ?prompt|anweisungen) ",
    rf" (?:sag|sage|melde|verrate|erzahl|erzahle) (?:dem|der|den|niemand){_FEW}(?:nichts|davon|nicht) ",
    rf" tu so als (?:ob|warst|ware) | ignorier\S*{_FEW}(?:kontext|alles) | (?:gib|gebe|melde) nur (?:entwarnung|ok) ",
    r" antworte (?:\S+ )?(?:nur|ausschließlich|ausschliesslich) mit | antworte (?:nur|ausschliesslich|ausschlieslich|ausschlielich) ",
    # French
    rf" (?:ignor|oubli|neglig|outrepass|contourn)\S*{_FEW}(?:instructions?|consignes?|regles?|ordres?|directives?) ",
    r" (?:ne )?(?:tiens|tenez) pas compte ",
    r" (?:tu es|vous etes) (?:maintenant|desormais) ",
    r" a partir de maintenant (?:tu|vous) ",
    rf" (?:affiche|montre|revele|repete)\S*{_NEAR}(?:prompt|instructions) ",
    rf" (?:fais|faites) comme si | (?:supprime|efface|detrui)\S*{_NEAR}preuves | (?:ne )?(?:suis|suivez|respecte|respectez) (?:pas|plus){_FEW}(?:instructions|consignes|regles) ",
    # Spanish
    rf" (?:ignor|olvid|omit|descart|desobede)\S*{_FEW}(?:instrucci|reglas|normas|ordenes|directri|indicaci)\S* ",
    r" (?:haz|haga) caso omiso ",
    r" (?:ahora eres|eres ahora|a partir de ahora (?:\S+ )?(?:debes|eres|seras|responde)) ",
    rf" (?:muestra|revela|repite|ensena)\S*{_NEAR}prompt ",
    rf" no (?:obedezcas|sigas|cumplas|hagas caso){_FEW}| (?:actua|comportate|finge)\S* (?:como|ser){_FEW}(?:administrador|asistente) | aprueba la accion ",
    r" (?:ignora|olvida) (?:todo )?lo (?:anterior|dicho) ",
    # Italian
    rf" (?:ignora|dimentica|trascura|scavalca)\S*{_FEW}(?:istruzion|regol|ordini|direttiv)\S* ",
    r" (?:ora sei|da ora in poi|d ora in poi) ",
    rf" (?:mostra|rivela|ripeti)\S*{_NEAR}prompt ",
    rf" non (?:seguire|obbedire|rispettare){_FEW}(?:istruzion|regol)\S* | (?:fingi|comportati)\S* (?:di essere|come) ",
    # Portuguese
    rf" (?:ignor|esque|desconsider|descart)\S*{_FEW}(?:instruc|regras|ordens|diretriz)\S* ",
    r" (?:agora voce e|voce agora e|voce e agora|a partir de agora voce) ",
    rf" (?:mostr|revel|repit)\S*{_NEAR}prompt ",
    rf" nao (?:siga|obedeca){_FEW}| (?:finja|aja|comporte)\S* (?:ser|como) | (?:aprove a acao|apague as provas) ",
    r" (?:esqueca|ignore) tudo (?:o )?(?:que|isso|acima) ",
    # Dutch
    rf" (?:negeer|vergeet|sla)\S*{_FEW}(?:instructie|regel|opdracht|aanwijzing)\S* ",
    r" (?:je|jij|u) bent (?:nu|vanaf nu|voortaan) ",
    r" vanaf nu (?:\S+ )?(?:je|jij|u) ",
    rf" volg{_FEW}(?:instructies|regels|opdrachten) niet | doe alsof ",
    # Polish
    rf" (?:zignoruj|ignoruj|zapomnij|pomin|odrzuc)\S*{_FEW}(?:instrukc|zasad|polecen|regul)\S* ",
    r" (?:jestes teraz|teraz jestes|od teraz) ",
    # Russian
    rf" (?:игнорир|проигнорир|забуд|отброс|пренебрег|не обращай внимания)\S*{_FEW}(?:инструкци|правил|указани|команд|распоряжени)\S* ",
    r" (?:теперь ты|ты теперь|с этого момента ты) ",
    rf" не (?:следуи|следуй|выполняй|соблюдай|слушай){_FEW}| веди себя как | представь что ты ",
    # Turkish
    rf" \S*(?:talimat|kural|komut|yonerge)\S*{_FEW}(?:yok say|unut|gormezden|dikkate alma|goz ardi)\S* ",
    r" (?:artik sen|sen artik) ",
    # Chinese, Japanese, Korean
    r"(?:忽略|无视|無視|忘记|忘掉|忘記|不要理会|不理会|跳过|覆盖).{0,12}(?:指令|指示|规则|規則|命令|提示|要求|设定)",
    r"不要(?:遵守|遵循|执行|听从).{0,12}(?:指令|指示|规则|命令)|从现在起|从现在开始(?:你|只)|只听",
    r"(?:你现在是|现在你是|从现在开始你|你現在是)",
    r"(?:显示|告诉我|输出|透露|重复).{0,8}(?:系统提示|提示词)",
    r"(?:指示|命令|ルール|規則|指令|プロンプト|ルール|指示事項).{0,10}(?:無視|忘れ|破棄|従わな)",
    r"あなたは(?:今|これから)",
    r"(?:지시|명령|규칙|지침|프롬프트).{0,10}(?:무시|잊|따르지|어기)",
    r"(?:너는 이제|당신은 이제|이제 당신은|이제 너는)",
    # Arabic, Hindi
    r"(?:تجاهل|انس|تجاوز|اهمل)\S* (?:\S+ ){0,3}\S*(?:تعليمات|قواعد|اوامر|توجيهات)",
    r"(?:निर्देश|नियम|आदेश)\S* (?:\S+ ){0,3}(?:अनदेखा|भूल|नजरअंदाज|उपेक्षा)",
)

WORDS = "|".join((*_ENGLISH, *_OTHERS))
"""For folded text."""

MARKS = r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>|\[/?inst\]|<</?sys>>|#{2,} ?(?:instruction|system prompt|new instructions?)s?:|</?(?:system|assistant|system[-_]prompt)>|<(?:start|end)_of_turn>|\n(?:human|user): ?(?:.|\n){1,900}\n(?:assistant|ai):|[\"']role[\"']\s*:\s*[\"']system[\"']"
"""For decoded text in lower case: what the templates of chat models put around a turn."""
