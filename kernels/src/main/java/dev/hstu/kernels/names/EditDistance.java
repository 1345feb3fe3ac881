package dev.hstu.kernels.names;

/// Levenshtein distance: the least insertions, deletions and substitutions of chars that make one
/// text of another.
final class EditDistance {

  /// Chars of each text that count, since the work grows with their product and a name may come
  /// from a hostile file or request. More than any name of ours has.
  static final int MAX_CHARS = 100;

  private EditDistance() {}

  /// The distance between the first [#MAX_CHARS] chars of `a` and of `b`.
  static int between(String a, String b) {
    int rows = Math.min(a.length(), MAX_CHARS);
    int columns = Math.min(b.length(), MAX_CHARS);
    int[] row = new int[columns + 1];
    for (int j = 0; j <= columns; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= rows; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= columns; j++) {
        int above = row[j];
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substituted, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[columns];
  }
}
