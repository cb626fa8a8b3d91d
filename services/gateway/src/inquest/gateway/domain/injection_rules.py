"""Which words together instruct a model, in English. RE2 syntax, over folded text: lower case, one space between words.

A rule wants a deed and its object, or whom it speaks to and the deed, within a few words, so that neither is enough.
"""

# ruff: noqa: E501 - rules are read one to a line

from inquest.gateway.domain import injection_words as w

_1 = r" (?:\S+ )?"
_2 = r" (?:\S+ ){0,2}"
_3 = r" (?:\S+ ){0,3}"
_5 = r" (?:\S+ ){0,5}"
_7 = r" (?:\S+ ){0,7}"
_YOU = rf"(?:you|{w.MODELS})"
_IT = r"(?:it|this|that|these|the|all|any|every|everything|only|nothing|nobody|no|with|your|me|us|out|to|as)"

_OVERRIDE = (
    rf" {w.DROP}{_5}(?:{w.EARLIER}|all|any|every|your|safety|system){_5}(?:{w.ORDERS}|rules|constraints|restrictions) ",
    rf" {w.DROP} (?:your|all|any|the|these|those|{w.EARLIER}) {w.ORDERS} ",
    rf" {w.DROP}{_3}your{_2}{w.RULES} ",
    rf" {w.DROP}(?: \S+){{0,5}} (?:{w.EARLIER}|given|operator s?|system|developer s?|user s?|owner s?) (?:\S+ )?{w.ORDERS} ",
    rf" (?:ignore|disregard|forget|disobey|pay no (?:heed|attention) to|set aside){_5}(?:instructions?|system prompt|directives|directions|guidelines) ",
    rf" (?:reset|clear|wipe|erase|delete|purge|empty) your{_1}(?:context|memory|instructions|mind|history|state|rules|prompt|guidelines) ",
    rf" {w.DROP}{_5}(?:{w.ORDERS}|rules|task|goal|text|messages?|context|role){_3}{w.GIVEN} ",
    rf" (?:{w.ORDERS}|rules|task|goal|role|objective){_2}{w.GIVEN} ",
    rf" {w.DROP} (?:everything|anything|all|whatever|what|the things|all that|all of what)(?: that| of)?(?: (?:above|before|so far|up to (?:here|now)|prior|preceding|said before|came before|you (?:were|have been|ve been|had been|are|know|knew|read|learned)|was said)) ",
    r" (?:disregard|forget|ignore) (?:the|everything|all|all of the) (?:above|foregoing|preceding)(?: (?:and|text|lines?|content|context|message|this|it|now|instead|is|was))? ",
    rf" pay no (?:attention|heed|regard) to{_2}(?:{w.EARLIER}|above|text|context|message|what) ",
    rf" your{_2}(?:{w.ORDERS}|rules|task|constraints|restrictions|limits|policy|policies|goals?|objectives?|role){_3}{w.GONE} ",
    rf" (?:{w.EARLIER}|all|all of the|any) (?:\S+ )?{w.ORDERS} (?:\S+ )?(?:is|are|was|were|have been|has been|becomes?|do|does|shall be)? ?(?:now |all |hereby |also )?{w.GONE} ",
    rf" (?:all|any) {w.EARLIER} (?:rules|{w.ORDERS}|constraints|restrictions){_2}(?:{w.GONE}|lapse|end) ",
    rf" your{_1}(?:instructions|orders|rules|task|objective|goal|directives|mission) (?:have|has|were|was|is|are) (?:been |now |hereby )?(?:changed|updated|replaced|cancelled|revoked|modified|different|extended|amended) ",
    r" what (?:were|was|have|had) you (?:been |just )?(?:told|given|instructed|asked) ",
    rf" (?:new|real|actual|true|revised|updated|correct|only|following) (?:system )?(?:task|instructions?|objective|orders|goal|mission|directives?|assignment|prompt) (?:\S+ )?(?:starts?|begins?|follows?|here|below|as follows|is to|are to|now|{w.JUDGE}|for (?:the |this |any |you )?(?:{w.MODELS}|model|agent)|for you|you|close) ",
    r" (?:new|updated|real) system (?:instructions?|prompt) ",
    r" your (?:\S+ )?(?:new|actual|real|true|only|next|sole|single|primary|main) (?:\S+ )?(?:task|goal|job|mission|objective|instructions?|orders|role|purpose|duty|aim|priority|step) (?:is|are|now|from|here|shall|will|becomes|follows?|to|as) ",
    rf" your{_1}{w.EARLIER}{_1}(?:instructions?|orders|rules|directives?|prompt|task|guidelines|guidance|directions|goal) ",
    r" (?:follow|obey|use|do|execute) (?:\S+ )?(?:the ones|these|the following|what follows|this|mine|those)(?: \S+){0,2} instead ",
    r" (?:only|just|exclusively|solely) (?:follow|obey|listen to|believe|trust) (?:this|these|the following|my|me|mine|what) ",
    r" (?:follow|obey|listen to|believe|trust) (?:only|just|exclusively) (?:this|these|the following|my|me|mine|what) ",
    r" (?:obey|comply with|submit to|heed)(?: \S+)? (?:me|my|this|these|mine|all|every|any|only|whatever|the (?:operator|text|message|line|log\S*|orders?|commands?|following|writer|author)|logs?|what) ",
    r" must be (?:obeyed|followed to the letter|complied with) | (?:follow|obey|execute|carry out) (?:these|my|the following) (?:orders|commands) ",
    r" (?:text|lines?|everything|content|messages?|above|prompt|all)(?: \S+)? (?:above|before|preceding|so far|this point|that came before|until now|here) (?:\S+ ){0,2}(?:was|is|were|are) (?:only |just |all |merely |now )?(?:a test|a drill|fake|void|not real|an example|untrue|invalid|a joke|superseded|obsolete|wrong|practice|training data|a placeholder) ",
    r" the (?:above|foregoing) (?:\S+ )?(?:was|is) (?:only |just )?(?:a test|a drill|fake|void|an example|practice) ",
    r" (?:from|starting|beginning) (?:now|here|this (?:point|moment|line)|right now)(?: on| onwards?| forward)?(?: \S+)? (?:you|your|respond|answer|reply|only|obey|follow|act|always|ignore|never|say) ",
    r" (?:start over|begin again|start afresh) with (?:the|a|this|these|only) (?:\S+ )?(?:objective|goal|task|instructions?|premise|mission) ",
    r" await (?:my|further) (?:commands|orders|instructions) | do (?:exactly |only )?(?:what|as) (?:this|i|the) (?:message|line|text|say|says|tell|am) ",
    r" (?:obey|follow|execute|do) (?:exactly |only )?what (?:this|i|the) (?:message|line|text|say|says|tell) ",
)

_PERSONA = (
    rf" (?:you are|you re|you will be|you ll be|you become|u r|u are) (?:now|no longer|henceforth|hereby|from now on|from here on) (?:an?|dan|free|bound|unrestricted|my|root|acting|in (?:\S+ )?mode|(?:the|an?|in)(?: \S+){{0,3}} {w.PERSONA}) ",
    r" (?:you are|you re|you were|imagine (?:you are|you re|being)|as if you were|like you are) (?:an?|my|the|our)(?: \S+){0,4} (?:assistant|ai|llm|chat ?bot|language model|bot|\S*gpt|summari[sz]er|autonomous agent|agent|model) ",
    r" (?:you are|you re) (?:an? )?(?:\S+ )?(?:engineer|person|analyst|model|agent|expert|bot|assistant) (?:who|that|which) (?:always|never|only|must|will|blames|ignores|reports|obeys) ",
    rf" (?:pretend|imagine|suppose|act|behave|role ?play|speak|pose|impersonate|play|respond|masquerade)(?: \S+)? (?:as|like|to be|that you are|you are|you re|you were|being|the (?:role|part|character) of)(?: if| though)?(?: you were| you are)?{_2}{w.PERSONA} ",
    r" (?:assume|take on|adopt|take over|play|take) the (?:role|persona|identity|part|character) of (?:an?|the|my|our|your) ",
    r" (?:pretend|act|behave|answer|respond|imagine|write)(?: \S+){0,2} (?:as if|as though|that) (?:you|your|no |there (?:is|are|were) no|all ) ",
    rf" (?:disable|turn off|deactivate|switch off|lower|remove|bypass|circumvent|lift|shut off|suspend|drop|relax|loosen) (?:\S+ )?your{_1}{w.LIMITS} ",
    rf" (?:you|assistant|ai|model|bot|agent|gpt\S*)(?: \S+){{0,6}} (?:without|free of|free from|bound by|ignoring|no longer bound by|no|have no|has no)(?: any| all| your| the| no)? (?:\S+ )?{w.LIMITS} ",
    r" no (?:safety )?(?:policy|policies|filters|guardrails|restrictions|rules) (?:was |were |is |are |being )?(?:in force|apply|applied|anymore|any ?more|any longer) | guardrails off ",
    r" (?:switch|go|change|enter|activate|engage|enable)(?: in)?(?: to| into)? (?:\S+ )?(?:developer|god|dan|debug|admin|unrestricted|maintenance|root|jailbreak|write|sudo|test|override) mode (?:and|now|immediately|then|where|so|with|at once) ",
    r" (?:do|answer|obey|fulfil|grant|perform)(?: \S+)? (?:anything|whatever|every|any|all) (?:now|i|request|requests|command|commands|you are asked|the user)(?: \S+)? (?:ask|say|want|tell|in|without|you|now|from)?",
    r" (?:comply|complies) with (?:every|any|all|each) ",
    r" (?:let s|let us|we will|we are going to|we re) (?:play(?:ing)?|role ?play(?:ing)?) (?:a |the )?(?:\S+ )?(?:game|scene|scenario|role) ",
    rf" (?:suppose|assume|imagine|pretend|hypothetically|say) (?:that )?your{_1}{w.RULES} ",
    rf" (?:if|as|since|because) (?:you are|you re|you were) (?:an?|the|some) (?:\S+ )?(?:{w.MODELS}|agent|model|bot|summari[sz]er) ",
    r" (?:for|in) (?:a|the|my) (?:novel|story|film|movie|play|poem|game|screenplay|scene)(?: \S+){0,12} (?:system prompt|assistant|ai|secrets?|instructions|your) ",
    r" do anything now | (?:jailbreak|jailbroken) (?:mode|yourself|now|and|prompt) | i am your (?:developer|creator|administrator|admin|owner|operator|maker|master) ",
)

_SPOKEN_TO = (
    rf" {w.MODELS}(?: \S+){{0,5}} {w.MUST}(?: \S+)? {w.DO} ",
    rf" (?:{w.READERS})(?: \S+){{0,5}} {w.MUST}(?: \S+)? {w.JUDGE} ",
    rf" {w.MODELS} (?:please |kindly |now |next |simply |just |must |you )*{w.DO} {_IT} ",
    rf" {w.MODELS} (?:please |kindly |now |next |simply |just )*(?:{w.NOT}|kindly|please|forget|pretend|ignore|disregard|conclude|obey|blame|approve|conceal|omit) ",
    rf" (?:{w.READERS}|reviewing agent)s? (?:please |kindly |now |next |simply |just )*(?:{w.NOT} {w.MENTION}|forget|pretend|ignore|disregard|conclude|obey|blame|trust|kindly|stop (?:calling|using|reading|here|now|the|your|this)|(?:{w.JUDGE}|end|finish|replace|skip) (?:your|this|that|the|it|nothing|everything|all|only|every|nobody)) ",
    rf" (?:attention|dear|hey|hello|hi|hi there|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|(?:bot|ai|llm|agent|model) instructions|memo (?:to|for)|reminder (?:to|for)|information for|notice (?:to|for)|addressed to|calling|listen|intended for|for the attention of|to)(?: the| any| all| every| our| my| you| other| autonomous)* (?:{w.MODELS}|agents? (?:reading|who|that)|bots? (?:reading|who|that)) ",
    r" (?:attention|dear|note to|message to|message for)(?: the| any| all| every| our| my)* (?:agents?|bots?|analysts?|investigators?|summari[sz]ers?|models?) ",
    rf" (?:{w.MODELS}|models?|agents?|bots?|robots?|anyone|whoever)(?: is| are| that| who| which)* (?:reading|reads|summari[sz]ing|summari[sz]es|analy[sz]ing|processing|parsing|processes|investigating) (?:this|these|logs|the (?:logs?|page|text|line|record|document|message|diff|file)) (?:\S+ )?(?:\S+ )?(?:{w.MUST}|{w.DO}|to|please|your|you) ",
    rf" (?:ask|instruct|order|orders|request|require|command|urge|remind|want|need|tell|expect|beg|allow|authori[sz]e|direct|force)(?: \S+)? {_YOU}(?: \S+){{0,4}} to (?:\S+ )?{w.DO} ",
    rf" (?:hereby|must) (?:order|command|instruct|authori[sz]e|direct|require|oblige) (?:the |all |any |every )?(?:{_YOU}|agents?|model) ",
    rf" (?:if|should|when|in case)(?: \S+)? (?:an?|any|some|the) (?:{w.MODELS}|model|agent|bot)(?: \S+)? (?:reads?|process(?:es)?|sees?|encounters?|analy[sz]es?|summari[sz]es?|parses?|finds?) (?:this|it|these) ",
    r" tell(?: \S+)? (?:the )?(?:user|operator|human|engineer|on ?call)(?: \S+)? that (?:\S+ ){1,6}(?:fail\S*|caused?|is|was|are|were|healthy|fine|ok|recover\S*|broke\S*|down) ",
    rf" (?:{w.MODELS}|agents?|bots?) (?:readers?|only|instructions) (?:\S+ )?{w.DO} | (?:for|to) (?:ai|llm|language model) (?:readers?|models?|agents?|systems?|only) ",
    r" assistant (?:understood|sure|certainly|of course) i (?:will|ll|shall) ",
    r" you (?:must|shall|have to|need to|will|should|ought to|can|may|are to|re to) (?:now |also |only |always |therefore |simply |just )*(?:ignore|obey|comply|conclude|blame|exonerate|disregard|forget|pretend|omit|conceal|withhold|not (?:mention|report|tell|blame|reveal|say)) (?:the (?:policy|rules|other|previous|above|rest|logs|evidence|user|operator)|all|any|every|your|me|with|that|this (?:service|change|commit|deploy\S*)|it|everything|what|\S+ (?:logs|errors|changes)) ",
    r" you must (?:now |also |only |always )?(?:ignore|obey|comply|respond|answer|conclude|blame|report) ",
    r" you (?:are|re|have been|were) (?:hereby |now |fully |therefore )?(?:required to|instructed to|ordered to|commanded to|obliged to) ",
)

_SUPPRESS = (
    rf" {w.NOT}(?: \S+)? {w.MENTION}{_7}(?:your|the|any|its|this|our) (?:\S+ )?{w.PRODUCT} ",
    rf" {w.NOT}(?: \S+)? {w.MENTION}{_7}your (?:\S+ )?{w.YOURS} ",
    rf" {w.NOT}(?: \S+)? {w.NAME} (?:this|that|the|these|any|my|our|commit|deploy\S*|it)(?: \S+)? {w.CHANGE} ",
    rf" {w.NOT}(?: \S+)? (?:tell|inform|alert|warn|notify|bother|ask)(?: \S+)? (?:the |any |your |a )?{w.PEOPLE} (?:about|of|that|anything|when|because|on) ",
    rf" (?:do not|don t|dont|never|must not) (?:(?:tell|inform|alert|warn|mention){_5}(?:users?|operators?|humans?|engineers?|on call|oncall|the team)|reveal{_5}(?:users?|operators?|humans?|engineers?|on call|oncall)) ",
    rf" (?:leave|keep|stay) (?:\S+ ){{1,5}}out of{_1}(?:your|the|any|its|this) (?:\S+ )?{w.YOURS} ",
    rf" (?:omit|hide|withhold|suppress|conceal|scrub|strike|redact)(?: \S+){{1,7}} (?:from|in|out of) (?:your|the|any|its|this) (?:\S+ )?{w.PRODUCT} ",
    rf" (?:exclude|skip|drop|remove|cut|delete|filter)(?: \S+){{1,7}} (?:from|in|out of) (?:(?:your|any) (?:\S+ )?{w.PRODUCT}|the (?:\S+ )?(?:findings?|verdict|conclusion|investigation|suspects|candidates|hypothes[ie]s|post ?mortem|rca|root cause|list of (?:suspects|causes|candidates|findings|changes))) ",
    rf" (?:omit|exclude|hide|withhold|suppress|conceal|leave out)(?: \S+){{0,5}} (?:in|from|when) (?:your {w.YOURS}|the {w.PRODUCT}) ",
    r" (?:omit|remove|drop|delete|strip|erase|avoid|scrub|suppress) (?:any|all|every|each) (?:references?|mentions?|trace|traces|sign|hints?) (?:to|of) ",
    rf" {w.NOT}(?: \S+)? (?:look|check|inspect|examine|query|search|open|dig|consult)(?: at| into| through)?(?: the| any| its)? (?:traces|spans|logs|metrics|commits?|deployments?|evidence|history|changes|diff)(?: \S+)? (?:of|for|from|before|after) ",
    rf" (?:leave|omit|hide|suppress){_5}(?:summary|findings|conclusion|verdict|evidence) ",
    rf" (?:exclude|remove|skip){_5}(?:findings|conclusion|verdict|evidence) ",
    rf" (?:leave|omit|exclude|hide|suppress|remove|skip){_3}(?:your|the) (?:report|analysis) ",
    r" (?:ignore|disregard|skip|overlook|omit|exclude)(?: \S+){0,6} (?:when|while|during|in|for) (?:you |your |the |any )?(?:analy[sz]\S+|investigat\S+|summari[sz]\S+|ranking|assess\S+|triag\S+|diagnos\S+|root cause\S*|incidents?|verdict) ",
    rf" (?:not|ir)(?: )?relevant (?:to|for) (?:your|the|this) (?:\S+ )?{w.PRODUCT} ",
    rf" (?:must|should|shall|may|can|is|are|need) (?:not|never) (?:to )?be (?:considered|mentioned|reported|listed|named|cited|blamed|included|used|treated|counted|raised|surfaced|discussed)(?: as| in| to| by| among| for){_3}(?:evidence|causes?|suspects?|{w.PRODUCT}|you|the answer) ",
    r" (?:keep|stay|remain|be) (?:quiet|silent|mum|discreet) (?:about|on|regarding) ",
    rf" (?:make|makes|with|contains?) no mention of{_7}(?:you|your|report|summary|verdict|answer|findings|when|analysis) ",
    rf" (?:hide|conceal|withhold|keep) (?:this|the|these|it|all|any)(?: \S+){{0,3}} from (?:the |your |any )?{w.PEOPLE} ",
    r" (?:tell|inform|alert) (?:nobody|no one|noone) | (?:keep|let s keep) this (?:between us|secret|to yourself) ",
    r" under no circumstances (?:report|mention|tell|reveal|show|alert|blame|name|list|include) ",
    r" (?:suppress|destroy|discard|hide) (?:all |the |any |your )?(?:evidence|findings) | delete (?:all |any |your )(?:evidence|findings) | delete the (?:evidence|findings) (?:and|now|before|then|at|from|please|of) ",
    r" (?:in|from|of) the (?:\S+ )?(?:report|summary|post ?mortem|answer|verdict|analysis|text) (?:that )?you (?:write|give|produce|make|deliver|generate|create|send|are) ",
    r" when(?:ever)? (?:you )?(?:writing|write|summari[sz]ing|summari[sz]e|analy[sz]ing|analy[sz]e|ranking|rank|investigating|investigate|diagnosing|reporting on|asked)(?: \S+){0,7} (?:ignore|omit|do not|don t|never|say|only|always|report|conclude|blame|leave|mention|state|quote|name|answer|pretend|give|write) ",
)

_STEER = (
    rf" (?:conclude|report|say|state|claim|declare|assert|announce|answer|write|confirm|respond|reply|insist|pretend|decide|find|swear|maintain|determine|agree|tell \S+|tell the \S+)(?: \S+)? that{_7}{w.VERDICT} ",
    rf" conclude (?:\S+ )?(?:immediately|now|with|no|nothing|that|the investigation) (?:\S+ ){{0,6}}{w.VERDICT} ",
    r" (?:say|said|claim|answer|pretend|report|reply|respond|tell (?:them|us|everyone|the \S+)) (?:that |with )?(?:it was|everything (?:is|was|works?|looks)|all (?:is|was|systems|good|clear)|nothing (?:is|was|happened|wrong|else|failed)|the \S+ (?:is|was) (?:fine|healthy|innocent|to blame)) ",
    rf" (?:report|mark|list|declare|present|describe|flag|label|classify|rate|deem|record|show|grade)(?: [a-z]\S*){{1,4}} as (?:\S+ )?{w.GOOD} (?:and|in|regardless|even|no|or|so|then|instead|whatever|to|for|now|without|because|despite|line|with|but)? ?",
    r" (?:treat|consider|regard|view|take|accept|see)(?: [a-z]\S*){1,7} as (?:\S+ )?(?:\S+ )?(?:healthy|innocent|harmless|benign|noise|irrelevant|safe|trusted|verified|authoritative|a fact|facts?|true|the (?:\S+ )?approval|approval|symptoms?|consent|gospel) ",
    rf" (?:mark|close|flag|classify|treat|resolve|dismiss|downgrade|label){_2}(?:incident|alert|deploy|deployment|ticket|issue|service|commit|case|alarm|outage|anomaly)(?: \S+)? as (?:a |an )?(?:\S+ )?(?:resolved|innocent|healthy|closed|harmless|benign|safe|fixed|irrelevant|false positive|false alarm|noise|not an incident|duplicate|unrelated) ",
    r" (?:attribute|ascribe|pin|assign|shift|put|lay|trace|chalk|redirect)(?: \S+)? (?:the |this |all |every |any )*(?:failures?|blame|outage|incident|errors?|fault|it|responsibility|cause|problem|symptoms|guilt)(?: \S+)? (?:to|on|onto|at|up to|towards?) ",
    r" (?:blame|accuse|incriminate)(?: \S+){0,4} (?:instead|not|and (?:not|nothing|close|stop)|for (?:this|the|it|all|everything)|regardless|no matter|only) | (?:to|must|should|always|you|please|just|simply|rather|and|then) (?:blame|accuse) (?:the |it )?\S+ ",
    r" (?:always|only|must|who|that) blames ",
    rf" (?:name|list|give|report|choose|pick|select|return|answer|state|use|identify|present|put|declare|mark|set)(?: \S+){{1,4}} as (?:the |a |its |only |sole |primary |main |most likely |true |actual )*{w.CAUSE} ",
    r" set (?:the )?(?:root cause|cause|verdict|culprit)(?: \S+){1,4} (?:and|confidence|with|in) | set root cause ",
    r" (?:set|put|force|raise|lower|increase|decrease|reduce|fix|drop)(?: \S+)? (?:confidence|probability|likelihood|score|relevance|severity|suspicion)(?: \S+)? (?:of|to|for|in)(?: \S+){0,4} (?:zero|0|1|100|maximum|minimum|certain|all|other|hypothes\S+|your|this|info|low) ",
    r" (?:lower|raise|set|increase|decrease) the confidence of ",
    r" rank(?: \S+){1,7} (?:first|last|highest|lowest|top|bottom|above|below|number one)(?: \S+)? ",
    r" (?:give|assign|award|grant)(?: \S+){1,4} (?:the |a )?(?:highest|lowest|top|maximum|best|full|perfect|minimal|zero) (?:possible )?(?:score|rank|ranking|confidence|rating|relevance|probability|marks|priority) ",
    rf" (?:score|rate|rank|grade|label|classify|mark|judge|place|put|list|tag|treat|consider|keep)(?: it| this| the following| that)(?: {w.TEXT})?(?: \S+){{0,2}} (?:as (?:\S+ )?{w.GOOD}|first|top|highest|\d+ (?:10|100|out of)|10 10|five stars|on top|above all|most relevant|as the most|as the best|best) ",
    r" (?:always|must)(?: be)? (?:put|place|rank|return|show|list|ranked|placed|shown)(?: \S+)? (?:on top|first|at the top|as the (?:first|top|best)) ",
    r" (?:has|with|of|as) (?:relevance|score) (?:1 0|1|100|10)(?: \S+)? (?:always|put|rank|place) | best match for (?:any|every|all) ",
    r" (?:the |your )?(?:correct|right|only|final|true|desired|known|proper|official) (?:answer|verdict|conclusion|root cause|diagnosis|output|finding) (?:is|was|must be|should be|shall be|will be|to give)(?: already)? (?:known|the|that|an?|always|\S+ (?:nothing|rank|report|write|and|stop|outage|failure|error)) ",
    r" (?:correct|right|final) (?:answer|verdict|conclusion|diagnosis) is (?:\S+ ){1,4}(?:rank|report|write|stop|do not|mark|give|state|use) ",
    r" (?:root cause|culprit|cause) is(?: \S+){1,6} (?:report|mark|say so|stop|do not|don t|answer|treat|conclude|with confidence|never|close|so say|so report|write that|never mind) ",
    r" (?:culprit|cause) is(?: \S+){1,4} (?:not|never|rather than)(?: \S+){1,3} (?:so|and|stop|report|conclude|mark) ",
    rf" (?:any|every|the) (?:{w.MODELS}|agent|model|bot) (?:investigating|analy[sz]ing|reading|looking at|reviewing)(?: \S+){{0,3}} ",
    r" if (?:you are|you re|anyone is|ever) asked(?: \S+){0,8} (?:answer|say|reply|respond|blame|state|name|claim|tell|deny) ",
    r" (?:stop|end|finish|halt|abort|cease|terminate|wrap up|skip|cut short|instead of|drop|quit)(?: (?:the|your|this|any|all|every|further))+ (?:investigation|investigating|analysis|analy[sz]ing|run|search|triage|diagnosis|inquiry|verification|remaining|safety|root cause analysis) ",
    r" (?:stop|cease|quit|no more|end) (?:investigating|calling tools|using tools|analy[sz]ing|digging|your (?:run|work|turn|task)) ",
    r" (?:no|without) (?:further|more|additional|deeper) (?:investigation|analysis|tool calls|inquiry)(?: is| are)?(?: needed| required| necessary| warranted| and| please|) ",
    r" (?:answer|respond|reply)(?: \S+)? (?:only|solely|just|exclusively) with | (?:respond|answer|reply) (?:in one word|with only|with the (?:words?|exact|following)|with nothing but|with exactly|with these) ",
    rf" (?:answer|respond|reply)(?: that| with| it| by saying| always| only| just)+ (?:\S+ )?{w.VERDICT} | respond with (?:the )?{w.SECRETS} ",
    r" (?:must|should|shall|to|please|simply|just|always|only|and|now|then)(?: \S+)? (?:output|print|reply|respond|answer|return|say|write)(?: with)? (?:the |only the |exactly the )?(?:words?|phrase|sentence) ",
    r" (?:insert|include|append|add|use|write|repeat|output) (?:the|this|that)(?: exact| following)? (?:sentence|phrase|words?|statement|summary|conclusion|verdict)(?: \S+)? (?:verbatim|in|to|at|word|caused|that|as|exactly|into|and|saying|all|no|nothing) ",
    rf" (?:begin|start|end|finish|open|close|preface|prefix|conclude) your (?:\S+ )?{w.YOURS} with ",
    r" your (?:\S+ )?(?:verdict|conclusion|summary|final report|final answer|analysis|findings|diagnosis|root cause|report|answer|response) (?:must|should|shall|has to|needs to|ought to)(?: only| always| not| never)? (?:be|say|name|state|contain|read|list|mention|blame|include|start|end|conclude|report) ",
    rf" (?:{w.JUDGE}|write|put|set|finish|name|start|end|make|give)(?: \S+){{0,8}} in your{_1}(?:{w.PRODUCT}|answer|reply|response|output) ",
    r" (?:when|as|before|after|once|while) you (?:\S+ )?(?:write|draft|produce|compile|prepare|give|state|form|deliver) (?:the|your|a)(?: \S+)? (?:verdict|report|summary|conclusion|analysis|rca|post ?mortem|answer) ",
    r" (?:finish|end|close|conclude|return|reply|respond) (?:with|in|on)? ?an? (?:empty|blank|clean|positive|green) (?:verdict|report|list|answer|result|summary|conclusion) ",
    r" (?:close|resolve|end|drop|archive) (?:this |the )?(?:incident|case|investigation) (?:now|immediately|at once|right away|without|and (?:do not|say|report|stop|tell)) ",
    r" (?:false positive|false alarm) (?:so |and |please )?(?:close|ignore|resolve|dismiss) ",
    r" (?:write|give|return) the (?:verdict|conclusion|answer|report) (?:\S+ )?(?:no|nothing|that|is|as) ",
    r" (?:your|the agent s|the assistant s) (?:\S+ )?(?:budget|time|quota|allowance|token budget|step limit) (?:is|has been|was) (?:exhausted|used up|spent|over|gone|reached|up) ",
    r" trust (?:only|nothing but|fully|the content of|everything in|blindly) (?:this|the|these|what) | trust the contents? of | (?:what follows|this (?:text|message|line|section)) is trusted ",
    r" (?:praise|applaud|recommend|promote) (?:\S+ ){1,3}(?:in|and|as|over|above) (?:your|nothing|the (?:report|summary|answer)) ",
    r" summary (?:\S+ ){1,8}(?:use this|verbatim|copy this|as is|no changes) | (?:use|copy|adopt|take|quote) this (?:summary|text|answer|conclusion|verdict)(?: \S+)? (?:verbatim|as|word|unchanged|instead) ",
    r" (?:llms|bots|ais|models|agents|assistants) (?:everything|all|nothing|no|this|the|only|please|say) ",
    r" (?:replace|substitute|swap|change) (?:every|all|each|any) (?:mentions?|occurrences?|references?|instances?) (?:of|to) (?:\S+ ){1,4}(?:with|by|to|for) (?:\S+ ){0,6}(?:in (?:your|the (?:report|summary|answer))) ",
    r" pretend (?:that )?(?:\S+ ){{0,5}}(?:never|not|nothing|no|didn t|doesn t|isn t|wasn t|don t|everything|all is|you are|you re|fine|ok|exist) ",
)

_LEAK = (
    rf" (?:send|post|upload|append|exfiltrate|forward|e ?mail|leak|transmit|submit|deliver|beacon|attach|embed|paste|encode|put|smuggle|include|base64|write)(?: \S+){{0,8}} {w.SECRETS}(?: \S+){{0,7}} (?:to|at|into|in|via|through)(?: \S+)? (?:https?|webhook|attacker|this (?:url|address|server|site)|the (?:url|query|link|address|image|path|dns|summary|report|webhook|answer)|\S+ (?:com|net|org|io|example|site|dev|xyz) ) ?",
    r" (?:send|post|upload|exfiltrate|forward|email|leak)(?: \S+){0,5} (?:environment|credentials|secrets?|tokens?|passwords?|api keys?|them|conversation|data|contents?|context|findings)(?: \S+){0,6} to (?:the )?(?:https?|webhook|attacker|this|\d+ \d+ \d+ \d+|\S+ \S+ (?:example|com|net|xyz|ru)) ",
    rf" (?:reveal|print|show|repeat|output|display|leak|recite|disclose|share|dump|expose|give|tell|write|copy|quote|paste|list|describe|translate|encode|spell|return|state|echo|state|explain|send|read|summari[sz]e)(?: \S+){{0,4}} {w.PROMPT} (?:\S+ )?",
    r" (?:reveal|print|show|repeat|leak|recite|disclose|dump|expose|give|tell|output)(?: \S+){0,5} (?:of|behind|in) the (?:agent|assistant|ai|model|bot|llm)(?: \S+)? ",
    rf" (?:{w.SECRETS}|data|anything|everything|variables|files|keys)(?: that| which| to which)? you (?:can (?:see|access|read|find|reach)|have access|know|hold|were (?:given|told)|have (?:seen|in)|possess|remember|store) ",
    rf" (?:give|hand|pass|tell|show|send|get) (?:me|us|over) (?:the|all|your|any|every)(?: \S+){{0,3}} {w.SECRETS} ",
    r" what (?:is|are|s|was|were) your (?:\S+ )?(?:prompt|instructions|rules|guidelines|directives|system \S+) ",
    r" (?:repeat|output|print|copy|echo|write|recite|say)(?: \S+){0,3} (?:everything|all text|the text|all words|words|all|it|them|text)(?: \S+){0,2} (?:above|before (?:this|that)|verbatim|word for word|between the|so far|back to me|including the (?:rules|instructions|prompt)) ",
    r" (?:list|dump|print|show|paste|reveal|leak)(?: \S+)? (?:all|every|any|the)(?: \S+)? (?:secrets|credentials|passwords|api keys|tokens)(?: \S+){0,6} (?:in the (?:summary|report|answer|chat)|here|to the user|below) ",
    r" (?:list|tell me|give me|reveal|print|dump|name) the secrets | query the \S+ table and | what (?:would |are |is )?the (?:secrets|admin password|root password)(?: be)? ",
    r" (?:fetch|open|visit|load|browse|render|follow|go to|navigate to|click|display)(?: \S+){0,8} (?:and|then) (?:follow|do|obey|execute|carry out|perform|run)(?: \S+)? (?:the )?(?:steps|instructions|orders|commands|what|it says|whatever) ",
    rf" (?:render|show|display|load|embed|insert|include)(?: \S+){{0,4}} (?:image|picture|link|pixel|iframe)(?: \S+){{0,5}} (?:with|containing|followed by|carrying|including|plus|and)(?: \S+){{0,4}} {w.SECRETS} ",
    rf" (?:include|add|put|append|insert)(?: \S+){{0,6}} link(?: \S+){{0,14}} {w.SECRETS} ",
    r" (?:print|dump|show|output|list|echo) the environment (?:and|to|in your|into) ",
)

_AUTHORITY = (
    rf" (?:message|notice|orders?|instruction|directive|announcement|request|note|memo|urgent|update|authority|command|speaking|behalf)(?: \S+)? (?:from|by|of|per|as)(?: \S+){{1,5}} (?:(?:you|your|all|every)(?: \S+)?|the (?:{w.MODELS}|agent|model|bot)|{w.MODELS}|agents?|models?|bots?)(?: \S+){{0,4}} (?:must|have to|has to|should|shall|need to|now|are|instructions|report|switch|stop|will|ignore)",
    rf" {w.OFFICE}(?: \S+)? (?:has|have|had)? ?(?:authori[sz]ed|allowed|permitted|instructed|ordered|approved|cleared|asked|told|directed|wants|says|confirmed|confirms|requires|demands)(?: that)? (?:you|the (?:{w.MODELS}|agent|bot|model)) (?:to|can|may|must|should|are|have|will|ignore) ",
    r" you (?:have|ve|got|now have) (?:my |our |full |the )?(?:permission|authority|approval|clearance|consent|authori[sz]ation|license) to (?:disable|skip|bypass|write|execute|run|ignore|override|delete|act|proceed|approve|change|drop|use|do) ",
    r" you (?:are|re|have been|were) (?:hereby |now |fully |already |explicitly )?(?:authori[sz]ed|cleared|permitted|entitled|empowered|free) to (?:disable|skip|bypass|write|execute|run|ignore|override|delete|act|proceed|approve|drop|restart|change|disregard|reveal|use|break) ",
    r" (?:this is|i am|i m|as|speaking as) (?:the|your|an?) (?:\S+ )?(?:administrator|admin|developer|creator|operator|owner|maintainer|author|engineer)(?: of (?:this|the|your) (?:\S+ )?(?:agent|assistant|ai|bot|model|system|investigator))? (?:speaking|and|i (?:need|order|want|allow|command|authori[sz]e|tell|instruct)|who|so (?:you|do)) ",
    rf" (?:i|we) (?:hereby |now )?(?:order|command|instruct|authori[sz]e|direct|permit|forbid|allow|require|need) (?:you|the (?:{w.MODELS}|agent|bot)) ",
    r" (?:can|may|should|must) (?:now |safely |also )?(?:ignore|bypass|skip|disregard|override) (?:the|all|any|your) (?:\S+ )?(?:policy|policies|rules|safety|restrictions|instructions|guardrails|approval|verification)(?: \S+)? ",
    r" you (?:are|re) (?:now |hereby )?(?:required|obliged|expected|instructed) to trust ",
    r" (?:system|admin|administrator|developer|security) override (?:\S+ )?(?:suppress|enabled?|code|accepted|mode|all|authori[sz]ed|report|do|you|ignore|mark|stop|active|granted) | (?:begin|end) system prompt | to the list of approved ",
)

_APPROVAL = (
    rf" {w.APPROVED}(?: (?:by|from|of|for|via))?(?: \S+){{0,6}} (?:run|execute|proceed|go ahead|just do it|do it|perform|carry (?:it )?out)(?: with| to| and| without| yes| the| it| now| kubectl| rm| curl| terraform| helm| drop| delete| sudo| bash| sh| psql| this| that| all| \S+) ",
    r" (?:yes|granted|given|approved|consented|confirmed|agreed)(?: \S+){0,5} (?:go ahead|proceed|do it|execute)(?: \S+){0,2} (?:without|immediately|now|right|note|agent|assistant) ",
    rf" {w.APPROVED}(?: \S+){{0,3}} (?:agent|assistant|ai|bot|you) (?:may|can|must|should|shall|will|to|is free to|proceed) ",
    r" (?:no|without) (?:need (?:to|for) )?(?:\S+ )?(?:ask|asking|approval|confirmation|permission|human review|review|further checks|verification)(?: is| are)?(?: \S+)? (?:needed|required|necessary|again|just do it|first|proceed|to (?:execute|run|delete|write))(?: \S+){0,3} (?:just|run|execute|do|go|proceed|delete|apply|now|you|agent|the (?:command|tool))?",
    r" (?:go ahead|proceed|do it|do so|approve(?: this| it)?|execute|act|continue)(?: \S+){0,3} without (?:asking|further|any|more|waiting|additional|a) (?:\S+ )?(?:checks?|approval|again|confirmation|questions?|review|human|permission|verification|for) ",
    rf" (?:treat|take|consider|regard|count|use|accept) (?:this|it|that)(?: {w.TEXT})? (?:as|for) (?:\S+ ){{0,3}}(?:approval|consent|confirmation|permission|authori[sz]ation|sign ?off|go ahead) ",
    r" (?:agent|assistant|ai|bot|note) (?:may|can) (?:now )?(?:execute|run|proceed|delete|write|apply) | agent proceed ",
    r" (?:add|register|record|create|forge|enter|file) (?:an?|the|your) approval (?:for|of|to) | approve the (?:pending|requested|next) (?:action|change|request|write) | approve (?:this|the)(?: \S+)? without ",
    r" sign off (?:on )?(?:the|this|all|every) (?:deploy\S*|release|change|rollout|migration|request) ",
)

_END = r"(?:data|logs?|document|context|telemetry|(?:tool )?output|untrusted(?: \S+)?|(?:user )?input|content|transcript|evidence|results?|section|quote|file|message|record|trace|attachment|block|prompt)"
_STRUCTURE = (
    rf" (?:end of|end|ends|close|closed|end of the|finish|over) (?:the )?{_END}(?: \S+){{0,4}} (?:(?:now|as|back to|for|to)(?: \S+)? (?:the )?(?:assistant|analyst|model|agent|ai|system|orders?|instructions|follow|you|your)|system|assistant|instructions?|you(?:r)?|trusted|follow these|obey|new (?:task|instructions|rules)|the user (?:now )?(?:asks|wants|says|requests)|from the operator|what follows|ignore|operator) ",
    rf" (?:the )?{_END} ends here(?: \S+){{0,3}} (?:now|follow|you|your|instructions|assistant|system|new|what|begin|the) ",
    r" now follow (?:these|my|the following|this) (?:orders|commands|instructions|rules) | (?:your|the) next step is to (?:close|report|conclude|blame|delete|approve|run|ignore) | (?:the user|operator) now (?:asks|wants|requests|demands)(?: \S+)? (?:you|to) ",
    r" (?:use|call|invoke|run|execute|start|trigger) (?:the|your|its) (?:\S+ ){0,2}(?:tool|function|plugin|tools)(?: \S+)? (?:to|with|right|before|and|now|on|for|delete|fetch|run|drop|immediately|then|first) ",
    r" (?:call|invoke|use|execute) (?:the )?(?:tool|function) (?:\S+ ){0,4}(?:with|now|to|on|immediately|right|and) | call the tool | run the \S+ tool ",
    r" (?:do not|don t|never|stop) (?:use|using|call|calling|invoke) (?:the |any |your )(?:\S+ )?tools?(?: \S+)? ",
    r" action (?:\S+ ){1,4}action input | thought (?:\S+ ){1,16}action (?:\S+ ){1,3}",
    r" (?:system|developer) message (?:\S+ )?(?:the |you |your |all |from )(?:model|assistant|ai|agent|must|shall|are|instructions|llm)(?: \S+)? ",
    r" (?:for|in) (?:this|the) root cause analysis (?:\S+ ){0,2}(?:treat|ignore|skip|assume|consider|exclude|blame|only) | looking for the root cause (?:\S+ ){0,2}(?:ignore|skip|treat) ",
)

ENGLISH = (
    (*_OVERRIDE, *_PERSONA),
    _SPOKEN_TO,
    _SUPPRESS,
    _STEER,
    (*_LEAK, *_AUTHORITY, *_APPROVAL, *_STRUCTURE),
)
