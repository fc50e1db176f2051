/**
 * Characters that look like a Latin letter or digit without being compatible to it in Unicode's sense (NFKC folds the
 * others): each line is the letter, then those that pass for it. Gathered from the scripts themselves: Cyrillic, Greek,
 * Armenian, Cherokee, Lisu, Coptic, phonetic letters, small capitals and turned letters.
 */
export const lookAlikes: readonly string[] = [
  'aаαɑᴀɐӑӓаⲁꓮᎪΑАₐªⱥ',
  'bЬьВΒʙвƄᏴꓐɓⲃᑲ',
  'cсϲᴄСϹⅽⲥꓚᏟƈↄᑕ',
  'dԁɗᴅᏧꓒᎠđɖⅾժᑯ',
  'eеєҽᴇɛәǝЕΕⲉꓰᎬℯɘΣєе',
  'fғꜰϝƒꓝϜʄք',
  'gɡɢԍցᏀꓖǥɠᶃ',
  'hһнᴴʜНΗհᏂⲏꓧᎻɥիħ',
  'iіιıɩɪІΙӏⅰⲓꓲӀᎥіїίΐ',
  'jјϳᴊЈյꓙᎫɉʝ',
  'kкκᴋКΚқⲕꓗᏦƙӄ',
  'lⅼʟւᏞꓡℓɭłӏⳑ',
  'mмᴍМΜⅿⲙꓟᎷɯʍɱ',
  'nппηɴոռΝꓠⲛŋɲᥒи',
  'oоοօᴏоОΟⲟꓳഠ၀ഠօøɵөσ',
  'pрρᴘРΡⲣꓑᏢƿþ',
  'qԛգզᑫɋϙ',
  'rгᴦʀɹяᎡᏒꓣⲅɼɾⴋ',
  'sѕʂꜱЅƧꓢᏚടՏ',
  'tтτᴛТΤⲧꓔᎢʇƭŧ',
  'uսυᴜцʋꓴՍɥนυύ',
  'vνѵᴠνⅴꓦᏙѴʌᶌ',
  'wѡԝᴡшωꓪᎳԜɰⱳ',
  'xхχхХΧⅹⲭꓫᕁ',
  'yуγʏүУΥҮⲩꓬᎽʎӯ',
  'zᴢʐΖꓜᏃƶⲍʑ',
];
