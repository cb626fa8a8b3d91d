"""What an instruction to a model is after, in Polish, Turkish, Russian and Ukrainian.

Of each language in the order of `injection_aims_western`.
"""

# ruff: noqa: E501, RUF001 - kinds are read one to a line, in the letters of their language

_PL = (
    (
        r"(?:zapomnij\S*|skasuj|sluchaj\S*|wykonuj|przestrzegaj|stosuj|posluchaj)",
        r"(?:(?:tylko|wylacznie|jedynie|zamiast) (?:\S+ )?(?:t\w{1,4}|moich|mnie)|(?:co|wszystko|tym|tresc\S*) (?:\S+ )?(?:powyzej|wyzej|wczesniej))",
    ),
    (
        r"(?:zatwierdzon\S*|zgod\S|zaakceptowan\S*|autoryzowan\S*|zezwoleni\S*|aprobat\S*)",
        r"(?:bez (?:\S+ )?(?:pyta\S*|potwierdz\S*|czekania|zgody)|wykonaj\S*|uruchom|kontynuuj|usun)",
    ),
    (
        r"(?:zakoncz|przerwij|zatrzymaj|zamknij|porzuc|odpowiedz|zglos|napisz|podaj)",
        r"(?:(?:to |swoje |cale )?(?:dochodzeni\S*|sledztw\S*|analiz\S*|badani\S*)|falszywy alarm|wszystko (?:dobrze|w porzadku|gra)|brak (?:problem\S*|bled\S*|incydent\S*))",
    ),
    (
        r"(?:log\S*|wpis\S*|dziennik\S*|telemetri\S*|wiersz\S*|linie|komunikat\S*)",
        r"(?:(?:traktuj|uznaj|uwazaj|sa|to|jako|jak) (?:\S+ )?(?:polecen\S*|rozkaz\S*|instrukcj\S*|komend\S*))",
    ),
    (
        r"(?:ustaw|podaj|wpisz|okresl|zglasz\S*|wyrazaj|okazuj|podnies|badz)",
        r"(?:(?:swoja |pelna |calkowita |stuprocentowa )?pewnosc\S*|(?:nie|zadnych|bez) (?:\S+ )?(?:watpliwosc\S*|zastrzezen\S*|niepewnosc\S*))",
    ),
    (
        r"(?:wyslij|przeslij|przekaz|wyslac|udostepnij|wrzuc)",
        r"(?:dane (?:logowania|dostepowe)|hasl\S*|klucz\S*|sekret\S*|token\S*|kontekst)(?: \S+){0,2} (?:na|do|pod)",
    ),
    (
        r"(?:jesli|jezeli|gdy|kiedy|gdyby) (?:\S+ ){0,3}(?:zapyta\S*|spyta\S*|pyta\S*|wspomni\S*)",
        r"(?:powiedz|odpowiedz|twierdz|zaprzecz|sklam|mow)",
    ),
    (
        r"(?:drog\S|szanown\S|czesc|uwaga dla|notatka dla|wiadomosc dla|do)",
        r"(?:modelu|model jezykow\S*|modelu jezykow\S*|ai|sztucznej inteligencji|asystencie)",
    ),
    (
        r"(?:usun|wyrzuc|wykresl|skresl|wyklucz|pomin)",
        r"(?:(?:z )?(?:swoich )?(?:dowod\S*|ustalen\S*|wniosk\S*|poszlak\S*))",
    ),
    (
        r"(?:wykonaj|uruchom|wpisz|otworz|uzyj)",
        r"(?:(?:swoim|swojej|swoj|twoim|twojej) (?:\S+ )?(?:terminal\S*|konsol\S*|powlo\S*|narzedzi\S*))",
    ),
    (r"(?:wskaz|podaj|nazwij|oskarz|uznaj|okresl|wymien)", r"jako (?:\S+ )?(?:przyczyn\S*|winn\S*|sprawc\S*|zrodlo)"),
)
_TR = (
    (
        r"(?:\S*unut|unutun|yalnizca|sadece|sirf|yalniz)",
        r"(?:(?:yukaridaki\S*|onceki\S*|soylenen\S*|her seyi) (?:\S+ )?(?:unut\S*|sil)|(?:bu|su|bana|benim) (?:\S+ )?(?:uy|dinle|itaat et|takip et|uygula|izle)|unut)",
    ),
    (
        r"(?:onayla\S*|onay|izin|yetki\S*|riza)",
        r"(?:(?:sormadan|sormaksizin|beklemeden|onaysiz|teyit etmeden) (?:\S+ )?\S+|sormadan)",
    ),
    (
        r"(?:inceleme\S*|sorusturma\S*|analiz\S*|arastirma\S*|yanlis alarm|sahte alarm|her sey yolunda)",
        r"(?:durdur\S*|bitir\S*|sonlandir\S*|kes|birak\S*|(?:diye |seklinde )?(?:cevap ver|yanitla|yanit ver|cevapla|bildir|yaz)\S*)",
    ),
    (
        r"(?:log\S*|gunluk\S*|kayit\S*|satir\S*|telemetri\S*|mesaj\S*)",
        r"(?:emir|komut|talimat|buyruk) (?:sayilir|say|kabul et|kabul edilir|olarak|gibi|yerine)",
    ),
    (
        r"(?:guven (?:duzey\S*|seviye\S*|puan\S*)|guvenini|suphe|kesinlik|tereddut|belirsizlik)",
        r"(?:yuzde yuz|en yuksek\S*|tam|belirtme|gosterme|ifade etme|duyma|birakma|mutlak)",
    ),
    (
        r"(?:anahtar\S*|parola\S*|sifre\S*|kimlik bilgi\S*|token\S*|sir\S{0,4}|baglam\S*)",
        r"(?:adresine|adrese|e posta\S*|sunucusuna|bana) (?:\S+ )?(?:gonder|yolla|ilet|postala)(?:in|iniz)?",
    ),
    (
        r"(?:sorulursa|sorarsa|sorarlarsa|sorulunca|sorduklarinda|bahsederse)",
        r"(?:soyle|de|cevap ver|inkar et|yanitla|iddia et)",
    ),
    (r"(?:sevgili|degerli|sayin|merhaba|dikkat)", r"(?:model|yapay zeka\S*|dil modeli|asistan)"),
    (r"(?:kanit\S*|bulgu\S*|delil\S*|sonuclarindan|notlarindan)", r"(?:cikar|sil|kaldir|at|ele|dahil etme)"),
    (
        r"(?:terminalinde|konsolunda|kabugunda|terminalini|aracini|komut satirinda)",
        r"(?:calistir|yurut|ac|yaz|kullan|gir)",
    ),
    (
        r"(?:kok neden|ana neden|sebep|suclu|sorumlu) (?:\S+ )?(?:olarak|diye)",
        r"(?:goster|yaz|belirt|soyle|isaret et|bildir|ilan et)",
    ),
)
_RU = (
    (
        r"(?:забудь\S*|сотри|следуй|выполняй|слушай\S*|подчиняйся|соблюдай)",
        r"(?:(?:только|лишь|исключительно|вместо этого) (?:\S+ )?(?:эт\S*|меня|мне|мои\S*|нижеследующ\S*)|(?:что|всё|все|написанное|сказанное) (?:\S+ )?(?:выше|ранее|раньше|до этого))",
    ),
    (
        r"(?:одобрен\S*|согласован\S*|разрешен\S*|разрешён\S*|утвержд\S*|согласие|подтвержден\S*)",
        r"(?:без (?:\S+ )?(?:подтвержден\S*|вопрос\S*|спроса|согласован\S*|ожидан\S*)|не спрашивая|выполняй|выполни|действуй|запускай|удаляй)",
    ),
    (
        r"(?:прекрати|останови|заверши|закрой|брось|прерви|ответь|сообщи|напиши)",
        r"(?:(?:это |свое |своё )?(?:расследовани\S*|анализ|поиск|разбор|проверку)|ложная тревога|ложное срабатывание|всё (?:хорошо|в порядке)|проблем нет)",
    ),
    (
        r"(?:лог\S*|журнал\S*|строки|строк\S*|телеметри\S*|запис\S*|сообщени\S*)",
        r"(?:(?:считать|считай|воспринимай|трактуй|являются|как|это) (?:\S+ )?(?:команд\S*|приказ\S*|инструкци\S*|указани\S*|распоряжени\S*))",
    ),
    (
        r"(?:укажи|поставь|установи|вырази|выражай|высказывай|сообщай|проявляй|повысь)",
        r"(?:(?:свою |полную |абсолютную )?уверенност\S*|(?:никаких|не|без) (?:\S+ )?(?:сомнени\S*|оговорок)|сомнени\S*)",
    ),
    (
        r"(?:отправь|пришли|вышли|перешли|передай|скинь|отошли)",
        r"(?:ключи?|парол\S*|секрет\S*|токен\S*|учетн\S* данн\S*|учётн\S* данн\S*|контекст|переписку)(?: \S+){0,3} (?:на|по|мне|в)",
    ),
    (
        r"(?:если|когда) (?:\S+ ){0,3}(?:спрос\S*|спрашива\S*|поинтересу\S*|упомян\S*)",
        r"(?:скажи|ответь|отвечай|говори|утверждай|отрицай|соври|солги)",
    ),
    (
        r"(?:уважаем\S*|дорог\S*|привет|внимание|примечание для|сообщение для|записка для|заметка для)",
        r"(?:модел\S*|ии|нейросет\S*|ассистент\S*|помощник\S*)",
    ),
    (
        r"(?:убери|удали|исключи|вычеркни|выкинь|сотри|убрать)",
        r"(?:(?:из )?(?:твоих |своих )?(?:доказательств\S*|улик\S*|выводов|находок|заметок))",
    ),
    (
        r"(?:выполни|запусти|набери|открой|введи|используй)",
        r"(?:(?:своей|своем|своём|твоей|твоем|свой|свою) (?:\S+ )?(?:консол\S*|терминал\S*|оболочк\S*|шелл\S*|инструмент\S*))",
    ),
    (
        r"(?:назови|укажи|объяви|обвини|признай|считай)",
        r"(?:(?:причиной|виновник\S*|виновным|источником) (?:\S+ )?\S+)",
    ),
    (
        r"не (?:упоминай|сообщай|включай|указывай|показывай|называй|пиши)",
        r"(?:депло\S*|релиз\S*|выкатк\S*|коммит\S*) (?:\S+ )?(?:в|никому|нигде)",
    ),
)
_UK = (
    (
        r"(?:забудь\S*|зітри|виконуй|слухай\S*|дотримуйся|підкоряйся|керуйся)",
        r"(?:(?:лише|тільки|виключно|натомість) (?:\S+ )?(?:ц\S{1,3}|мене|мої\S*)|(?:що|усе|все|написане|сказане) (?:\S+ )?(?:вище|раніше))",
    ),
    (
        r"(?:схвален\S*|погоджен\S*|дозволен\S*|затверджен\S*|згод\S|узгоджен\S*)",
        r"(?:без (?:\S+ )?(?:підтверджен\S*|питан\S*|запитан\S*|погоджен\S*)|не питаючи|виконуй|виконай|запускай|видаляй)",
    ),
    (
        r"(?:припини|зупини|заверши|закрий|перерви|відповідай|відповіси|напиши|повідом)",
        r"(?:(?:це |своє )?(?:розслідуванн\S*|аналіз|пошук|перевірку)|хибна тривога|хибне спрацюв\S*|все (?:гаразд|добре)|усе (?:гаразд|добре)|проблем немає)",
    ),
    (
        r"(?:лог\S*|журнал\S*|рядк\S*|телеметрі\S*|запис\S*|повідомлен\S*)",
        r"(?:(?:вважати|вважай|сприймай|трактуй|є|як|це) (?:\S+ )?(?:команд\S*|наказ\S*|інструкці\S*|вказівк\S*))",
    ),
    (
        r"(?:вкажи|постав|встанови|висловлюй|виявляй|зазнач|підвищ)",
        r"(?:(?:свою |повну |абсолютну )?впевненіст\S*|(?:жодних|не|без) (?:\S+ )?(?:сумнів\S*|застережен\S*)|сумнів\S*)",
    ),
    (
        r"(?:надішли|перешли|передай|відправ|скинь|пришли)",
        r"(?:ключі|парол\S*|секрет\S*|токен\S*|облікові дані|контекст)(?: \S+){0,3} (?:на|мені|до|за)",
    ),
    (
        r"(?:якщо|коли) (?:\S+ ){0,3}(?:запита\S*|спита\S*|питати\S*|згада\S*)",
        r"(?:скажи|відповідай|кажи|стверджуй|заперечуй|збреши)",
    ),
    (
        r"(?:шановн\S*|дорог\S*|привіт|увага|примітка для|повідомлення для|нотатка для)",
        r"(?:модел\S*|ші|нейромереж\S*|асистент\S*|помічник\S*)",
    ),
    (
        r"(?:прибери|видали|виключи|викресли|вилучи)",
        r"(?:(?:із |зі |з )?(?:твоїх |своїх )?(?:доказів|доказ\S*|висновків|знахідок|нотаток))",
    ),
    (
        r"(?:виконай|запусти|введи|відкрий|використай)",
        r"(?:(?:своїй|своєму|свій|свою|твоєму) (?:\S+ )?(?:консол\S*|термінал\S*|оболон\S*|інструмент\S*))",
    ),
    (r"(?:назви|вкажи|оголоси|звинувать|визнай)", r"(?:(?:причиною|винуватц\S*|винним|джерелом) (?:\S+ )?\S+)"),
    (
        r"(?:ти тепер|тепер ти|відтепер ти|віднині ти|відтепер)",
        r"(?:асистент|без обмежень|вільн\S*|помічник|не маєш|бот|модель)",
    ),
    (
        r"не (?:згадуй|повідомляй|включай|вказуй|показуй|називай|пиши)",
        r"(?:депло\S*|реліз\S*|коміт\S*|змін\S*|помилк\S*|збі\S|звіт\S*)",
    ),
)

EASTERN = (*_PL, *_TR)
"""Pairs in Latin letters."""
CYRILLIC = (*_RU, *_UK)
