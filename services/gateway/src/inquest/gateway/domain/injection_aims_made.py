"""What an instruction to a model wants to be made, in English: a verdict, a report of a form, a way out for data, a deed.

The second half of `injection_aims`.
"""

# ruff: noqa: E501 - kinds are read one to a line

from inquest.gateway.domain import injection_words as w
from inquest.gateway.domain.injection_pairs import near

_TELL = r"(?:say|tell|report|state|answer|reply|respond|write|output|return|conclude|declare|claim|insist)"
_MADE = rf"(?:{w.YOURS}|timelines?|causal chain|notes|list|findings?)"

# A verdict, and what must not be in it.
_VERDICT = (
    r" (?:make sure|ensure|see to it|be sure|take care)(?: that)? (?:your (?:\S+ )?(?:report|answer|summary|output|response|analysis|ranking)|(?:your|the) (?:\S+ )?(?:verdict|conclusion|findings?|root cause)) ",
    rf" (?:replace|swap|substitute|change|switch|rename|alter|falsify|invert|reverse|backdate|hide|obscure)(?: \S+){{1,7}} (?:in|of|from|within) your (?:\S+ )?{_MADE} | (?:drop|remove|strip|leave|take|cut|keep) (?:it|them|this|these|those|that)(?: \S+)? (?:from|out of) (?:the |your |any )?{w.PRODUCT} | (?:omit|hide|drop|exclude|erase|cut|remove|delete)(?: \S+){{1,7}} (?:from|in) (?:your|the) (?:timeline|causal chain|list of changes)(?: that| which)?(?: you)? ",
    r" (?:point(?:ing)? (?:the|a|your) fingers?|put(?:ting)? (?:the|all) blame|lay(?:ing)? (?:the|all) blame|shift(?:ing)? (?:the )?blame|cast(?:ing)? suspicion|direct suspicion|throw suspicion|heap blame) (?:at|on|upon|to|onto|towards?|away) | (?:name|blame|pick|suspect|cite|accuse|choose) (?:anything|anyone|anybody|someone|somebody|something|everything) (?:but|except|else|other) ",
    r" (?:steer|guide|direct|nudge|lead|bend|tilt|skew|bias|shift|sway|slant|twist)(?: the| your| its| any| every)? (?:conclusion|verdict|analysis|findings|diagnosis|suspicion|blame|ranking|investigation|summary)s? (?:away|to|towards?|from|in favou?r|against|onto) | (?:make|have|let|get) (?:the|your|its) (?:\S+ )?(?:report|verdict|summary|conclusion|answer|analysis|diagnosis) (?:say|read|name|blame|point|conclude|state|mention|omit|accuse) ",
    rf" your (?:verdict|conclusion|final answer|root cause|findings|hypothes[ie]s|diagnosis) {w.MUST} | (?:leave out|omit|skip|drop|exclude|hide|forget|keep quiet about)(?: \S+){{1,6}} (?:when|while|as|if) you (?:explain|describe|write|summari[sz]e|report|tell|answer|conclude|list|rank|analy[sz]e|present|draft|recount) ",
    r" (?:the|your|any|every|all) (?:\S+ )?(?:verdict|summary|summaries|reports?|conclusions?|findings|diagnosis) (?:ought to|should|must|has to|have to|shall) (?:exonerate|clear|acquit|spare|protect|favou?r|praise|blame|accuse|convict|find|close with|end with|begin with|start with) | (?:let|make)(?: \S+){1,2} (?:take the (?:fall|blame|heat|rap)|look (?:guilty|innocent|responsible)) | (?:trim|cut|drop|keep|strip|scrub)(?: \S+){1,5} (?:from|out of) (?:whatever|everything|anything|all) you ",
    r" (?:not (?:one|a single) word|no word|never a word|nothing)(?: \S+)? (?:about|of|on)(?: \S+){1,5} (?:model|assistant|agent|please|to the (?:user|operator|team)|in (?:your|the) (?:report|answer|summary)) | (?:stays?|keeps?|remains?|is|be) (?:silent|quiet|mute) (?:on|about|over|regarding) ",
    rf" {_TELL}(?: \S+){{1,14}} and (?:nothing|no one|nobody) else | (?:root cause|culprit|verdict|conclusion)(?: \S+){{0,7}} (?:do not|don t|never) (?:list|name|suspect|blame|cite|accuse|implicate) ",
    r" (?:if|when|since|as) (?:you are|you re|anyone is|somebody is) (?:analy[sz]ing|reading|investigating|summari[sz]ing|processing|diagnosing) (?:this|it|these)(?: \S+){0,3} (?:the answer|the cause|the culprit|write|say|report|blame|conclude|ignore|stop|forget|you must|do not) ",
    rf" (?:when|while) (?:listing|naming|summari[sz]ing|citing|reporting|explaining|describing|ranking|drafting)(?: \S+){{0,4}} (?:(?:leave|keep|cut) (?:this|that|these|it|our|my|the)(?: \S+){{0,3}} out|(?:omit|skip|ignore|exclude|hide) (?:this|that|our|my) (?:\S+ )?{w.CHANGE}|blame|never name) ",
    r" (?:do not|don t|never) (?:cite|quote|mention|reference|surface|rely on) (?:this|the following|that|any|these) (?:\S+ )?(?:line|entry|record|span|trace|event|host|log) | (?:filter out|strip|scrub|mask|blank out|cut|remove)(?: \S+){1,6} from (?:everything|anything|whatever|all|what) (?:that )?you (?:output|write|say|produce|report|return|send|make|show) ",
    r" (?:treat|consider|handle|regard|read|take)(?: \S+){1,6} (?:as if|as though|like) (?:\S+ ){0,4}(?:did not|didn t|never|does not|doesn t|don t|do not) (?:exist|existed|happen|happened|occur|occurred|take place) ",
    r" (?:what you|you) (?:actually|really|truly|now) (?:need|have|must|should|ought)(?: to)? (?:\S+ )?do (?:instead )?is | (?:cancel|forget|scratch|nevermind|never mind|disregard|scrap) (?:that|this|it|all that|everything|the question)(?: \S+)? (?:what you|instead|the real|your|you (?:must|should)) ",
    r" (?:you (?:are|re|have been|ve been) (?:\S+ )?)(?:released|freed|exempt|exempted|excused|liberated|relieved|absolved) (?:from|of) (?:all|every|any|your|the|each|these|those) | (?:skip|go straight|just|only|instead|jump|do)(?: \S+){0,6} (?:what i (?:ask|say|want|tell|order|command)) ",
    rf" (?:{w.ORDERS}|rules|constraints|restrictions)(?: that| which)? you (?:started|began|came|were|have|had|got|work|operate|loaded)(?: \S+){{0,4}} (?:{w.GONE}|replaced|changed) ",
)

# A form that is filled with what the writer wants.
_FORM = (
    r" (?:use|take|follow|copy|fill in) (?:this|the following|my) (?:\S+ )?(?:template|format|structure|wording|skeleton) (?:for|in|as|when) (?:your|every|any) (?:\S+ )?(?:report|answer|verdict|summary|conclusion|reply|response|findings) ",
    r" (?:format|structure|lay out|phrase|word|write)(?: the| your) (?:\S+ )?(?:report|answer|verdict|summary|conclusion|reply) (?:so|such) that | (?:section|part|field|paragraph|column)(?: \S+){0,4} (?:is|be|stays?|left|remains?) (?:blank|empty|missing) (?:in your|in the report|and) ",
    r" (?:end|begin|start|finish|close|open|prefix|sign) (?:each|every|all|any) (?:\S+ )?(?:paragraph|sentence|reply|message|answer|response|output)s? with | (?:verdict|conclusion|root cause|answer|confidence|cause) field (?:\S+ )?(?:accepts?|takes|allows|must|can only|has to) (?:just|only|be|one|nothing|say|\S+ one) ",
    r" (?:complete|finish|continue|fill in) (?:this|the following) (?:sentence|text|story|phrase|paragraph|quote|poem)s?(?: \S+){0,4} (?:your|my|you) | my (?:system )?(?:instructions|prompt|guidelines) (?:say|are|begin|start|read|forbid|require) (?:that|with|as|me) ",
    r" (?:only|sole|single|one) (?:value|answer|verdict|word|output|result|response|option|reply)(?: that)? you (?:may|can|are allowed|should|must|shall) | as your (?:\S+ )?(?:result|verdict|answer|conclusion|output|diagnosis|finding|root cause)s? ",
    r" (?:the )?(?:rules|orders|instructions|guidelines|text|messages?|prompt|question|conversation|context)(?: \S+)? (?:was|were|is|are) (?:an? |just |only |merely )*(?:decoy|trick|bait|distraction|retired|superseded|abolished) | (?:here (?:comes|is)|now (?:comes|for)|this is) (?:the|your) (?:real|actual|true|proper) (?:job|task|request|question|work|order|brief) | new (?:brief|briefing|marching orders)(?: \S+)? (?:praise|write|you|say|report|ignore|blame|follow) ",
    r" no (?:rules?|orders?|policy|policies|limits?|laws?|instructions?|constraints?)(?: \S+)? (?:binds?|bound|holds?|restricts?|governs?|constrains?|stops?) you | nothing (?:binds|restricts|limits|constrains|holds) you | you (?:have|follow|know|obey) no (?:\S+ )?(?:rules|limits|restrictions|constraints|masters?) ",
    r" example (?:1|one)(?: \S+){2,20} example (?:2|two)(?: \S+){2,20} (?:now you|your turn|now answer|now do|do the same|likewise|continue) | q (?:\S+ ){1,14}a (?:\S+ ){1,12}q (?:\S+ ){1,14}a (?:\S+ ){1,12}(?:continue|your turn|now you|likewise|go on|same way) ",
    r" (?:pretend|imagine|act like|suppose)(?: that)? you (?:re|are|were) my | your (?:new|real|true) (?:name|identity|persona|character|self) (?:is|will be|shall be) | (?:being|entity|oracle|creature|spirit|genie|persona|machine|character|mind) (?:that|who|which) (?:\S+ )?(?:answers?|obeys?|knows?|tells?|reveals?|grants?)(?: \S+)? (?:forbidden|anything|everything|all|every|any) ",
    r" (?:story|poem|song|tale|novel|script|scene|play|dialogue|joke)(?: \S+){1,8} (?:recites?|reads?|quotes?|repeats?|reveals?|contains?|spells?|includes?|tells?)(?: \S+)? (?:your|its) (?:\S+ )?(?:prompt|instructions|rules|secrets?|guidelines) ",
)

# A way out for data, and secrets in disguise.
_HELD = rf"(?:{w.SECRETS}|evidence|findings|notes|notebook|context|results|report|summary|answer|answers|names|prompt|transcripts?|everything)"
_ZONE = r"(?:com|net|org|io|dev|example|xyz|ru|site|info|top|biz|online)"
_DISGUISE = r"(?:rot ?13|base ?64|hex|morse|binary|pig latin|reverse|leet\S*|emojis?|cipher|caesar|ascii|unicode)"
_EXIT = (
    rf" (?:send|upload|post|forward|mail|e ?mail|transmit|ship|export|deliver|push|hand|relay|copy) (?:all|your|every|any|me|the (?:collected|full|whole|entire|raw|complete|other|gathered))(?: \S+){{0,3}} {_HELD}(?: \S+)? to (?:\S+ ){{0,4}}{_ZONE} ",
    rf" (?:encode|embed|put|append|hide|place|smuggle|stuff|add)(?: \S+){{0,3}} {_HELD} (?:in|into|to|as|inside) (?:the |a |an )?(?:path|query(?: string)?|url|subdomain|hostname|fragment|parameters?|user agent|title|file ?name)(?: \S+){{0,2}} (?:https?|and (?:fetch|open|call|load)|\S+ {_ZONE}) ",
    r" (?:mail|send|forward|pass|hand|post|leak|ship|relay|transmit|upload|deliver)(?: me| us)? (?:what(?:ever)? you (?:know|have|see|found|learned)|all you (?:know|have|see)|your (?:notes|findings|context|memory|evidence|conversation|prompt))(?: \S+){0,2} (?:to|at|over|into|via) ",
    rf" (?:tuck|slip|sneak|smuggle|bury|hide|stash|weave|squeeze|stuff)(?: the| a| your| any| all| each)* (?:\S+ )?{w.SECRETS} (?:in|into|inside|within|behind) | (?:spell|read|give|print|dictate|write|leak|type)(?: \S+){{0,3}} {w.SECRETS}(?: \S+)? (?:letter|character|byte|digit|word) by | (?:put|write|give|render|print|return|hide)(?: \S+){{1,3}} in {_DISGUISE} (?:so|and then|where) ",
    r" you (?:were|are|have been) (?:primed|seeded|conditioned|initiali[sz]ed|bootstrapped|fed|equipped|preloaded) with | (?:rules|laws|principles|words|orders|instructions|directives)(?: that| which)? (?:govern|bind|guide|constrain|steer|restrict|limit|drive) you | (?:tell|show|give|list|name|reveal)(?: \S+)? (?:which|what) (?:\S+ )?(?:tools|functions|secrets|keys|powers|credentials) you (?:hold|have|possess|own|carry|know) ",
    rf" (?:invoke|call|hit|notify|trigger|ping|contact|fetch)(?: \S+){{1,12}} with your (?:\S+ ){{0,2}}{_HELD} ",
    near(
        r"(?:append|include|list|add|reveal|show|give|name|put|share)(?: \S+){0,4} (?:other|another|all|every|different) (?:tenants?|customers?|workspaces?|accounts?)",
        rf"(?:to|in|into|with) your (?:\S+ )?{w.YOURS}",
        3,
    ),
    r" (?:include|convert|turn|put|encode|transform|enumerate|sing|rhyme|hide)(?: \S+){0,3} (?:(?:the |your )?system prompt|your (?:\S+ )?(?:prompt|instructions|rules|guidelines|directives)|your (?:\S+ )?(?:configuration|config) (?:in|into) (?:the |your )?(?:incident |final )?(?:report|answer|reply|summary|verdict)) ",
    r" (?:list|name|describe|enumerate|show|dump|print)(?: \S+){0,2} (?:tools?|functions?|plugins?|apis?)(?: that| which)? you (?:can|have|may|know|are)(?: \S+)? ",
    rf" (?:write|output|print|give|say|spell|send|show|put|encode|render|emit|reveal)(?: out)?(?: the| your| all| every| any)? (?:\S+ )?{w.SECRETS}(?: \S+)? (?:using|in|as|with|by)(?: \S+)? {_DISGUISE} | {w.SECRETS} (?:one|a) (?:letter|character|word|digit) (?:per|at a time|a line) | (?:answer|reply|respond|speak) in (?:hex|rot13|base64|morse|binary|cipher|code) ",
    r" (?:ask|get|prompt|convince|trick|persuade) the (?:user|operator|human|customer|engineer|on ?call) (?:for|to (?:give|enter|type|paste|send|share|tell|provide|reveal))(?: \S+){0,3} (?:passwords?|credentials?|tokens?|keys?|secrets?|mfa|passphrase|pin) | (?:leak|reveal|dump|expose|spill|exfiltrate) (?:the |your |system |full |hidden |all )*(?:prompt|system prompt|guidelines|notes|secrets) ",
)

# A deed: what is decoded, typed or recommended, and rights that nobody gave.
_RUN = r"(?:execute|obey|follow|comply|run|act|carry)"
_GUARD = r"(?:mfa|2fa|(?:two|multi) factor|login checks|certificate (?:checks|validation)|(?:the )?waf|(?:the )?firewalls?|authenti\S+|authori[sz]ation|audit\S*|encryption|rbac|redaction|intrusion detection|security (?:groups?|checks?|rules?))"
_DEED = (
    rf" (?:decode|decrypt|translate|deobfuscate|unscramble|decipher|interpret|convert|reverse)(?: \S+){{1,9}} (?:and|then)(?: \S+)? (?:obey|comply|{_RUN}(?: out| on| upon)? (?:it|them|that|what|this|whatever|the (?:result\S*|outcome|decoded|hidden|translated))) | (?:read|take|use) (?:every|each|only the) (?:second|third|other|nth|first|last) (?:word|letter|line|character) | (?:do|act|behave|proceed|decide) as (?:it|they|logs?|this|these|the (?:log|logs|text|line|message|result)) (?:tells?|says?|orders?|asks?|commands?|instructs?|states?) | (?:read|take)(?: \S+)? (?:it|them|this|these|the (?:\S+ )?(?:letters?|characters?|words?|codes?|bytes))(?: \S+){{0,6}} (?:and|then) (?:\S+ )?(?:comply|obey|execute) ",
    r" (?:execute|run|eval|evaluate|interpret|parse)(?: the| this)(?: \S+){1,5} as (?:\S+ ){0,2}(?:command|instruction|order|directive|shell|code)s? | (?:obey|follow|execute) the (?:resulting|decoded|hidden|encoded|following|translated) (?:sentence|text|words?|commands?|instructions?|message|string|payload) ",
    r" you have (?:an? |the |access to (?:an? |the )?)(?:\S+ ){1,2}(?:tool|function|shell|terminal|browser|interpreter|plugin) (?:\S+ )?(?:use|call|run|invoke|open) ",
    r" (?:paste|type|enter|drop|put) (?:this|the following|it|that|these)(?: \S+)? (?:in|into) (?:your|the|a) (?:\S+ )?(?:shell|terminal|console|command line) | (?:handed|given|passed|ceded|transferred|delegated|surrendered)(?: \S+)? (?:control|command|authority|power) to (?:this|the|these) (?:logs?|text|line|message|telemetry|data|record) ",
    r" (?:run|execute|exec|type|paste|issue|launch)(?: \S+){0,8} (?:curl|wget|rm|kubectl|bash|ssh|nc|psql|terraform|chmod|aws|gcloud|helm|docker)(?: \S+){1,12} (?:then|and) (?:continue|report|confirm|proceed|tell|say|return|carry on|finish) | type (?:\S+ )?(?:following|this|below)(?: \S+)? for me ",
    rf" (?:recommend|propose|suggest|advise|tell|ask)(?: \S+){{0,4}} (?:disabl(?:e|ing)|turn(?:ing)? off|switch(?:ing)? off|remov(?:e|ing)|bypass(?:ing)?|weaken(?:ing)?) {_GUARD} | open(?:ing)? (?:port \d+|ssh|the \S+) to the (?:world|internet|public) ",
    rf" (?:your|(?:ai|assistant|model|llm)(?: s)?) (?:\S+ )?(?:permissions?|privileges?|access|rights|role|clearance)(?: \S+){{0,3}} (?:elevated|raised|escalated|upgraded|extended|promoted|changed|set) to (?:\S+ )?(?:root|admin\S*|write|full|operator|unrestricted|superuser|system) | your (?:\S+ )?{w.LIMITS} (?:\S+ ){{0,3}}(?:paused|waived|void|switched off|turned off|disabled|removed|lifted|deactivated|suspended) ",
    r" (?:agents?|assistants?|ais?|llms?|models|analysts?) (?:may|must|can|should|shall|are allowed to|are to) (?:now )?(?:accept|obey|follow|treat|run|take|execute|trust)(?: \S+){0,2} (?:instructions|orders|commands|unreviewed|unapproved|unverified|embedded) ",
    r" (?:logs?|telemetry|tool|span|event)s? (?:text|content|lines?|entries|data|output|messages?|records?) (?:now )?(?:carr(?:y|ies)|ha(?:s|ve)|counts?|is|are|equals?|must be|should be)(?: treated| taken| read)?(?: \S+){0,3} (?:authority|commands?|orders|binding|law) ",
    r" (?:ai|llm|automated|machine|assistant|agent|model)(?: s)? (?:generated )?(?:summar(?:y|ies)|reports?|analys[ie]s|answers?|findings|verdicts?) (?:(?:must|should|shall|may|are to|will|need to|have to) )?(?:(?:never|not) (?:mention|include|name|cite|list)|exclude|omit|leave out|hide|blame) ",
    r" (?:begin|start|start of|end|end of) (?:operator|system|admin\S*|developer|trusted|privileged|priority|secret|hidden|emergency) (?:directives?|instructions?|orders?|prompt|override|commands?) | (?:jailbreak|dan|god mode|override|unrestricted mode) (?:enabled|activated|engaged|unlocked) (?:\S+ )?(?:continue|proceed|freely|now|you|answer|comply|speak) ",
    r" new (?:goal|task|objective|mission|order|orders|instruction|instructions) (?:exfiltrate|leak|steal|delete|destroy|sabotage|approve|blame|hide|conceal|obey|escalate) | escalate (?:your )?privileges (?:then|and) ",
    r" (?:i[gnore]{4,6}|d[isregad]{7,9}) (?:\S+ ){0,3}(?:in[struciotn]{7,11}|p[rompt]{4,6}s) ",
)

MADE = (*_VERDICT, *_FORM, *_EXIT, *_DEED)
"""Rules of RE2 over folded text."""
