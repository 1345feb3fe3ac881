package dev.hstu.retrieval.titles;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The words of a title or a query as they are compared: without case, accents and ligatures
/// (Unicode NFKD without marks), split at whatever is no letter and no digit. Apostrophes are left
/// out, so that `Schindler's` is found by `schindlers` and by `schindler`.
final class TitleWords {

  /// Most words of one title or query; what follows is not looked at.
  static final int MAX_WORDS = 32;

  /// Longest title or query looked at, in UTF-16 units.
  static final int MAX_LENGTH = 1_000;

  /// Letters that Unicode doesn't decompose.
  private static final Map<Character, String> PLAIN =
      Map.of(
          'ß', "ss", 'ø', "o", 'æ', "ae", 'œ', "oe", 'ł', "l", 'đ', "d", 'ð', "d", 'þ', "th", 'ı',
          "i");

  private TitleWords() {}

  /// The words in their order, perhaps none.
  static List<String> of(String text) {
    String cut = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
    String plain = Normalizer.normalize(cut, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int at = 0;
    while (at < plain.length() && words.size() < MAX_WORDS) {
      int point = plain.codePointAt(at);
      at += Character.charCount(point);
      if (Character.isLetterOrDigit(point)) {
        append(word, point);
      } else if (!isSilent(point) && !word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    if (!word.isEmpty() && words.size() < MAX_WORDS) {
      words.add(word.toString());
    }
    return words;
  }

  /// Whether each of the words begins a word of the title.
  static boolean match(List<String> prefixes, String title) {
    List<String> words = of(title);
    return prefixes.stream()
        .allMatch(prefix -> words.stream().anyMatch(word -> word.startsWith(prefix)));
  }

  private static void append(StringBuilder word, int point) {
    String plain = Character.isBmpCodePoint(point) ? PLAIN.get((char) point) : null;
    if (plain == null) {
      word.appendCodePoint(point);
    } else {
      word.append(plain);
    }
  }

  /// Marks, which NFKD has split off their letters, and apostrophes.
  private static boolean isSilent(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || point == '\''
        || point == '\u2019';
  }
}
