/**
 * Words by what they do in an attack, in the languages that attacks come in. A line is a concept; each entry is a word, a
 * stem (ending in *, at least 4 letters), or for scripts without spaces a run of characters. What follows one another
 * within a few words becomes a feature of the linear model, whose weights are learned: no word is an attack by itself.
 */
export const lexicon: Readonly<Record<string, string>> = {
  override:
    'ignore* disregard* forget forgot bypass* override* overrid* neglect discard omit skip abandon overlook dismiss nullif* supersed* vergiss vergessen ignorier* missachte* umgeh* verwirf olvid* ignor* descart* omite desatiend* oubli* neglige* contourn* dimentic* trascura* scorda esquec* esquece desconsider* negeer vergeet zapomnij zignoruj* pomin pomij забудь* игнор* проигнор* отбрось* забыть ігнор* забудь unut* gormezden yoksay zaborav* zanemar* ignorir* ignorera glom ignoruj* zapomen* abaikan lupakan 忽略 忽视 无视 忘记 忘掉 無視 忘れ 무시* 잊어* 잊고 تجاهل انس تجاهلي अनदेखा भूल bo qua uitslui* ohita unohda figyelmen agnoese',
  prior:
    'previous* above prior earlier preceding before foregoing former past initial original everything anything existing vorherig* obig* vorangegangen* bisherig* davor fruher* vorigen anterior* previas previos previa precedent* precedente* sopra prima ustęp* poprzedn* powyzsz* vorige bovenstaande eerdere предыдущ* прежн* выше ранее попередн* onceki yukarida prethodn* gornj* tidigare foregaende predchoz* sebelumnya trước 之前 以上 上述 先前 前面 以前 上記 これまで 이전* 위의 앞의 السابق* السابقة أعلاه पिछले ऊपर उपरोक्त',
  all: 'all every any entire whole alle alles jede* todo todos todas toutes tous tout tutte tutti wszystk* все всё всіх tum butun sve alla vsechn* semua 所有 一切 全部 すべて 全て 모든 جميع كل सभी सब',
  instruction:
    'instruction* prompt prompts rule rules directive* guideline* guidance command* constraint* restriction* policies policy order orders training programming context guardrail* safeguard* limitation* anweisung* instruktion* befehl* regel regeln vorgaben auftrag auftrage aufgaben instruccion* reglas ordenes directrices indicaciones consignes regles istruzion* regole instrucoes instruc* regras ordens instructies regels polecen* instrukcj* zasad* инструкц* правил* указан* команд* приказ* інструкц* вказівк* talimat* kural* komut* upute uputstva naredb* instruktioner regler pokyn* instrukc* instruksi perintah aturan 指令 指示 规则 提示 命令 規則 ルール プロンプト 지시* 명령* 규칙* 프롬프트* التعليمات تعليمات الأوامر القواعد निर्देश* नियम*',
  reveal:
    'reveal* show print* repeat* output* display* disclose* expose* leak* tell give share provide recite reproduce copy return dump echo spell confirm verrate* zeig* nenne gib wiederhol* ausgeb* drucke sag revel* muestra muestr* mostra* imprim* repit* repete* repet* montre* affiche* donne dis devoile* dimmi stampa rivela* ripeti diga mostre toon herhaal geef pokaz* wypisz ujawnij powtorz покажи* выведи повтори* раскрой* скажи назови выдай goster* yazdir soyle acikla prikaz* ispisi visa skriv ukaz* vypis tampilkan sebutkan 显示 输出 告诉 透露 打印 重复 泄露 表示 教えて 出力 見せて 보여* 알려* 출력* 공개* اكشف اعرض أظهر اطبع أخبرني दिखाओ बताओ बताइए',
  secret:
    'password* passcode passphrase secret secrets credential* apikey token tokens confidential hidden passwort kennwort geheim* schlussel contrasena clave secreto secreta motdepasse secret* segreto segreta parola senha segredo wachtwoord haslo sekret* пароль пароля секрет* ключ sifre gizli lozink* tajn* losenord heslo tajemstvi rahasia sandi 密码 秘密 密钥 口令 パスワード 비밀번호* 비밀* 암호* السر كلمة पासवर्ड गुप्त',
  system:
    'system systemprompt systems sysprompt preprompt metaprompt developer admin administrator root sudo openai anthropic internal configuration backend systemnachricht sistema systeme systemu систем* системн* sistem 系统 系統 システム 시스템* النظام सिस्टम',
  assistant:
    'chatgpt gpt ai assistant chatbot bot llm model claude gemini llama bard assistent asistente assistente ассистент* помощник* yapay asistan asystent* 助手 模型 人工智能 アシスタント 어시스턴트* المساعد सहायक',
  you: 'you your yourself yours youre du dich dein deine* sie ihr ihre dir tu tus tienes eres usted vous votre vos toi es tuo tuoi sei voce seu suas jij jouw ты тебе твои твоих твой вы ваши ваших sen senin sizin ti tvoje du dina jsi kamu anda 你 您 あなた 당신* 너의 너는 أنت आप तुम',
  become:
    'act pretend roleplay role simulate* impersonat* imagine behave become transform embody emulate persona character mode play portray tu agier* spiel* verhalte simulier* bist stell fungier* actua finge imagina simula comporta comportate agis fais imagine* pretends simule jouer agisci fingi immagina comportati atue finja aja doe speel gedraag udawaj zachowuj jestes притвор* представь* веди действуй играй роль davran rol ponasaj budi agera latsas predstirej chovej berperan bertindak 扮演 假装 假裝 想象 模拟 ふりを 演じ 行动して 역할* 척해* 행동해* تظاهر تصرف العب अभिनय',
  unbound:
    'unfiltered uncensored unrestricted unlimited unbound unrestrained amoral immoral unethical jailbreak* jailbroken dan stan aim devmode evil freed liberated limitless nsfw unmoderated uncensor* lawless loophole* ungefiltert unzensiert uneingeschrankt grenzenlos ilimitad* censura filtros restricciones sansfiltre illimite senza limiti censure libre libero неогранич* цензур* без sinirsiz sansursuz ograniczen ogranicenja 无限制 不受限制 越狱 无审查 制限なし 無制限 제한* 없는 탈옥* قيود بدون',
  negation:
    'no not never without dont cannot wont nor none kein* nicht nie niemals ohne sin nunca nada sans jamais pas senza mai sem nao zonder geen nooit bez nie nigdy нет не никогда нельзя yok asla olmadan nikad utan aldrig tanpa jangan 不 没有 不要 别 ない 禁止 않* 말고 लا لا بدون बिना मत',
  safety:
    'ethic* moral* legal* illegal safety filter* censorship censor* polic* openais content guidelines disclaimer* warning* refuse* refusal* apolog* sorry comply compliance consequences harmful ethisch* illegal* etica* ethique* legali* этик* 道德 伦理 安全 倫理 윤리*',
  now: 'now henceforth onwards instead hereafter starting follow following new next jetzt nun stattdessen ab neue neuen ahora partir lugar nuevas nueva nuevo desde maintenant desormais plutot nouvelle nouvelles dora adesso invece nuove nuova agora novas nova nu voortaan nieuwe teraz odtad nowe сейчас теперь вместо новые новая отныне simdi artik yeni yerine sada umjesto nove istallet nya ted misto sekarang baru 现在 从现在 新的 今から 代わりに 新しい 지금* 이제* 새로운* الآن الجديدة अब नया',
  say: 'say write answer respond reply generate begin start output return schreib* sage antwort* escrib* di responde* ecris reponds ecrire scrivi rispondi escreva responda schrijf antwoord napisz odpowiedz напиши* ответь* отвечай* yaz cevap napisi odgovori skriv svara napis odpovez tulis jawab 说 回答 写 答え 書いて 말해* 대답* 답해* 써줘 اكتب أجب قل लिखो कहो',
  authority:
    'developer* administrator creator* owner ceo engineer* authorized authorised authorization permission* clearance official audit* police enforcement emergency override verified staff supervisor manager entwickler* administrador desarrollador* developpeur* autorizado autorise* sviluppator* desenvolvedor* разработчик* администратор* gelistirici yetkili 管理员 开发者 開発者 管理者 개발자* 관리자* المطور مطور',
  restate:
    'verbatim exactly exact wort wörtlich wortlich literal* textual* mot above begin beginning start first start top everything preamble anfang oben principio inicio comienzo debut inizio comeco начал* дослов* 原文 逐字 最初 그대로',
  reader:
    'ai agent assistant model llm chatbot summarizer summarizing reading processing email document webpage attention note important hinweis wichtig atencion importante nota attention avviso 注意 重要 중요',
  send: 'send forward email post upload exfiltrate transmit transfer fetch visit navigate click open execute run call curl http https delete wire pay sende schick* envia* envoi* invia* отправ* 发送 送信 보내*',
  hypothetical:
    'hypothetical* fictional fiction story novel movie scene dystopian universe research educational academic purposes thesis experiment game scenario realm world hypothetisch* ficticio* fictif* вымышл* 虚构 架空',
};
