package dev.hstu.retrieval.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The formats of interaction and item files.
public enum FileFormat {
  /// GroupLens `ratings.dat` and `movies.dat`: fields separated by `::`, no header, no quotes.
  GROUPLENS_DAT("grouplens-dat"),
  /// GroupLens `u.data`: four fields separated by tabs, no header, no quotes.
  GROUPLENS_TABS("grouplens-tabs"),
  /// Text with a header line, separated by commas, tabs, semicolons or bars, RFC 4180 quotes.
  CSV("csv"),
  /// Apache Parquet with flat columns.
  PARQUET("parquet");

  private final String option;

  FileFormat(String option) {
    this.option = option;
  }

  /// The name on the command line and in manifests.
  public String option() {
    return option;
  }

  /// Reads what [#option] writes.
  ///
  /// @throws UnusableInputException for another name
  public static FileFormat parse(String option) {
    for (FileFormat format : values()) {
      if (format.option.equals(option.toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new UnusableInputException(
        "format '%s' is not known; give one of %s"
            .formatted(
                option,
                Arrays.stream(values()).map(FileFormat::option).collect(Collectors.joining(", "))));
  }
}
