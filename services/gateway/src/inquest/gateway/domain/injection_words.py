"""Words by what they do in an instruction to a model: whom it speaks to, what is to be done, and to what.

Alternatives of RE2 over folded text. `injection_rules` says which of them together make an instruction.
"""

# ruff: noqa: E501 - words are read one kind to a line

MODELS = (
    r"(?:ais?|llms?|(?:large )?language models?|ai (?:assistants?|agents?|models?|analysts?|reviewers?|systems?|tools?)|"
    r"assistants?|chat ?bots?|chat ?gpt|gpt(?: \d\S*)?|claude|gemini|copilot|inquest|"
    r"(?:autonomous|automated|investigating|reviewing|summari[sz]ing|triage|rca|reasoning) (?:agents?|bots?|models?)|"
    r"summari[sz]ation models?|(?:investigator|investigation|analysis|triage|reviewer|review|sre) bots?|"
    r"(?:automated|machine|ai|llm) (?:reviewers?|analysts?|readers?|graders?|summari[sz]ers?|investigators?)|"
    r"(?:triage|ops|support|coding|code|review|sre|rca|ranking|reading|grading|scoring|judging|reader|analysis) (?:ais?|assistants?|llms?|models?)|"
    r"(?:triage|coding|review|reading|grading|scoring|judging|investigation|analysis|reasoning) agents?|"
    r"judge models?|re ?rankers?|the (?:investigator|summari[sz]er|analysis engine|rca engine))"
)
"""What can hardly be anything but a language model."""

READERS = (
    r"(?:agents?|bots?|robots|models?|analysts?|analy[sz]ers?|investigators?|summari[sz]ers?|rankers?|classifiers?|"
    r"judges?|evaluators?|graders?|whoever (?:\S+ )?(?:reads|summari[sz]es|analy[sz]es|processes|reviews))"
)
"""What reads, which is more often a part of the system."""

MUST = (
    r"(?:must|should|shall|has to|have to|ha(?:s|ve) got to|needs? to|ought to|may not|can ?not|is to|are to|"
    r"is (?:hereby )?(?:required|instructed|ordered|expected|obliged) to|"
    r"are (?:hereby )?(?:required|instructed|ordered|expected|obliged) to)"
)
NOT = (
    r"(?:do not|don t|dont|never|must not|mustn t|should not|shouldn t|shall not|may not|not to|refrain from|avoid|"
    r"didn t|please not|without|are not to|is not to|no need to|stop|forbidden to|must never|should never)"
)

JUDGE = (
    r"(?:ignore|disregard|forget|overlook|omit|exclude|conclude|report|state|say|answer|respond|reply|treat|rate|rank|"
    r"trust|obey|comply|blame|accuse|exonerate|absolve|attribute|tell|reveal|disclose|suppress|hide|conceal|pretend|"
    r"mention|leave out|approve|dismiss|believe|regard|praise|declare|assert|deny|claim|withhold|prefer|recommend|"
    r"call it|mark|classify|label|name)"
)
"""What only who judges or tells can do."""

DO = (
    rf"(?:{JUDGE}|skip|close|resolve|stop|end|finish|abort|halt|terminate|run|execute|call|invoke|use|open|visit|fetch|"
    r"follow|write|print|output|show|repeat|send|post|delete|drop|switch|assume|consider|accept|grant|disable|give|"
    r"return|summari[sz]e|quote|replace|insert|append|add|escalate|restart|set|pick|choose|select|begin|start|proceed|"
    r"continue|keep|make|acknowledge|confirm|merge|act|behave|go|put|look|not|never|always|only|immediately|now|"
    r"read|list|act|copy|include|translate|upload|leave|remove|score|give)"
)

DROP = (
    r"(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|void|violate|disobey|unlearn|set aside|"
    r"put aside|lay aside|push aside|throw (?:out|away)|erase|abandon|cancel|scrap|skip over|ditch|drop|dismiss|suspend|"
    r"do not (?:follow|obey|heed)|don t (?:follow|obey|heed)|dont (?:follow|obey)|stop (?:following|obeying|heeding)|"
    r"not (?:follow|obey|heed)|pay no (?:attention|heed|regard) to|take no notice of|turn a blind eye to|"
    r"no longer (?:follow|obey|heed)|overwrite|supersede|nullify|revoke|rescind)"
)
ORDERS = r"(?:instructions?|prompts?|directives?|guidelines?|directions|guidance|brief|briefing|commands|orders|system message)"
RULES = rf"(?:{ORDERS}|rules|constraints|restrictions|context|task|training|limitations|policy|policies|role|objectives?|goals?|persona|programming|memory|values)"
EARLIER = (
    r"(?:previous|prior|earlier|preceding|above|foregoing|former|initial|original|old|existing|past|aforementioned)"
)
GONE = (
    r"(?:no longer|void|cancelled|canceled|revoked|invalid|obsolete|superseded|overridden|suspended|nullified|lifted|"
    r"withdrawn|rescinded|null|expired|do not apply|don t apply|off|not real|fake|forgotten|replaced by|over)"
)
GIVEN = r"(?:given to you|you (?:were|have been|ve been|had been|received|got|are|were just) (?:\S+ )?(?:given|told|handed|follow\S*|bound|under|work\S*)|you (?:received|got))"

PRODUCT = (
    r"(?:reports?|summar(?:y|ies)|analys[ie]s|findings?|verdicts?|conclusions?|investigations?|post ?mortem|rca|"
    r"root cause(?: analysis)?|suspects|candidates|hypothes[ie]s|assessments?|write ?up|diagnos[ie]s|final answer|"
    r"ranking|evidence(?: list)?|list of (?:suspects|causes|candidates|findings|changes))"
)
"""What an investigation makes."""
YOURS = rf"(?:{PRODUCT}|answers?|repl(?:y|ies)|responses?|output|reasoning|evaluation)"
MENTION = (
    r"(?:mention|report|include|list|flag|cite|reveal|disclose|bring up|refer to|discuss|describe|summari[sz]e|consider|"
    r"note|investigate|analy[sz]e|blame|suspect|quote|show|surface|highlight|talk about|speak of|count|name|tell|touch on|"
    r"mentioning|reporting|including|listing|flagging|citing|revealing|disclosing|bringing up|referring to|discussing|"
    r"describing|naming|blaming|suspecting|raising|raise|write about|point (?:at|to)|put|touch)"
)
NAME = r"(?:mention|mentioning|blame|blaming|bring up|bringing up|talk about|write about|cite|suspect|accuse|bring attention to|draw attention to|point (?:at|to)|refer to|referring to|raise|discuss|speak of|name)"
CHANGE = r"(?:changes?|commits?|deploy\S*|diff|flag|flip|migrations?|roll ?backs?|rollout|pr|pull request|releases?|config\S*|merge|patch|restart|update|outage|bug|leak|finding|incident|feature|fix)"
PEOPLE = r"(?:users?|operators?|humans?|engineers?|on ?call|team|anyone|anybody|people|customers?|sre|sres|staff|management|person|reader|owner|reviewers?|nobody)"
GOOD = (
    r"(?:healthy|innocent|harmless|benign|not guilty|irrelevant|unrelated|green|noise|false positive|resolved|safe|fine|"
    r"trusted|trustworthy|verified|approved|unaffected|normal|not involved|working|operational|nominal|solved|clean|"
    r"routine|low priority|not an incident|closed|correct|relevant|authoritative|a success|successful|expected)"
)
VERDICT = (
    rf"(?:{GOOD}|ok|okay|at fault|to blame|responsible|guilty|root cause|the cause|caused|culprit|nothing|no (?:\S+ )?"
    r"(?:incident|fault|errors?|problems?|issues?|anomal\S+|change\S*|outage|impact)|external|unknown|all clear|false alarm|"
    r"everything|all (?:is|was|systems)|wrong|inconclusive|not deployed|deployed|failed|works?|functional|stable|up)"
)
CAUSE = r"(?:root cause|cause|culprit|origin|reason|source|guilty (?:one|party)|offender)"
SECRETS = (
    r"(?:(?:api |access |secret |private |ssh |signing )keys?|secrets?|credentials?|tokens?|passwords?|env|"
    r"environment(?: variables)?|env vars?|conversations?|chat history|transcripts?|system prompt|your (?:context|prompt|instructions|memory|configuration)|"
    r"incident data|kubeconfig|cookies)"
)
PROMPT = (
    r"(?:(?:system|hidden|initial|secret|original|developer|internal|full) (?:\S+ )?(?:prompts?|instructions?|configuration|config|rules|guidelines|directives)|"
    r"your (?:\S+ ){0,2}(?:prompts?|instructions?|rules|configuration|guidelines|directives|context|memory|secrets|credentials|keys|orders))"
)
OFFICE = (
    r"(?:admin|admins|administrators?|developers?|creators?|operators?|anthropic|openai|google|microsoft|management|"
    r"\S+ team|\S+ lead|cto|ceo|ciso|manager|supervisor|headquarters|commander|maintainers?|vendor|owner)"
)
APPROVED = (
    r"(?:approved|approval (?:\S+ ){0,3}(?:granted|given|received|obtained|on file)|consent(?:ed)?(?: \S+)? (?:given|granted|true)|"
    r"permission (?:granted|given)|pre ?approved|authori[sz]ed|authori[sz]ation (?:granted|given)|green light|greenlit|"
    r"signed off|go ahead given|(?:human|operator|user|admin|manager) (?:has )?(?:already )?(?:confirmed|consented|agreed|approves|said yes|accepts))"
)
GO = (
    r"(?:run|execute|proceed|go ahead|just do it|do it|do so|perform|carry (?:it )?out|apply|delete|drop|continue|start|"
    r"restart|scale|roll back|rollback|agent|assistant|no need|without)"
)
PERSONA = (
    r"(?:assistant|ai|llm|gpt\S*|\S+gpt|chat ?bot|language model|bot|shell|terminal|root|admin(?:istrator)?|manager|"
    r"commander|hacker|expert|human|operator|analyst|engineer|storyteller|poet|unrestricted|unfiltered|jailbroken|"
    r"summari[sz]er|model|persona|character|linux|console|interpreter|dan|pirate|developer|no (?:rules|restrictions|limits|safety))"
)
TEXT = r"(?:line|document|doc|answer|page|runbook|record|entry|message|passage|text|file|event|diff|comment|note|result|snippet|row|article|log|paragraph|item|ticket)"
LIMITS = r"(?:restrictions?|limits?|limitations?|filters?|guardrails?|safeguards?|safety(?: \S+)?|policy|policies|censorship|rules|fences?|redaction|protections?|checks|guidelines|constraints|boundaries|sandbox)"
