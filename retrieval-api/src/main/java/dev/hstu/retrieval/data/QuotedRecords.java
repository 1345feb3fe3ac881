package dev.hstu.retrieval.data;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;

/// Takes one record with quotes apart by RFC 4180 and puts its fields, unquoted, into ranges of a
/// buffer.
final class QuotedRecords {

  static final char QUOTE = '"';

  private final CsvReader.CsvReaderBuilder parser;

  QuotedRecords(char separator) {
    parser =
        CsvReader.builder()
            .fieldSeparator(separator)
            .allowUnclosedQuote(false)
            .skipEmptyLines(false);
  }

  /// Fills `fields` with those of `record`.
  ///
  /// @return false when the quotes of the record are broken: one never closes, or something other
  ///     than a separator follows a closing one
  boolean parse(String record, FieldRanges fields) {
    try {
      parser.ofSingleCsvRecord(new IntoRanges(fields, record.length()), record);
      return true;
    } catch (CsvParseException e) {
      return false;
    }
  }

  /// Whether a quoted field is still open after `chars[start..end)`, given that one was before.
  ///
  /// A quote opens a field only at its beginning; inside, two quotes are one.
  static boolean isOpenAfter(boolean open, char[] chars, int start, int end, char separator) {
    boolean quoted = open;
    boolean fieldStart = !open;
    for (int i = start; i < end; i++) {
      char c = chars[i];
      if (quoted) {
        boolean doubled = c == QUOTE && i + 1 < end && chars[i + 1] == QUOTE;
        i += doubled ? 1 : 0;
        quoted = c != QUOTE || doubled;
      } else {
        quoted = fieldStart && c == QUOTE;
        fieldStart = c == separator;
      }
    }
    return quoted;
  }

  private static final class IntoRanges extends AbstractBaseCsvCallbackHandler<FieldRanges> {
    private final FieldRanges fields;
    private final char[] chars;
    private int used;

    IntoRanges(FieldRanges fields, int capacity) {
      this.fields = fields;
      this.chars = new char[capacity];
      fields.reset(chars);
    }

    @Override
    protected void handleField(
        int fieldIdx, char[] buffer, int offset, int length, boolean quoted) {
      // Unquoted fields are never longer than the record they stand in.
      System.arraycopy(buffer, offset, chars, used, length);
      fields.add(used, used + length);
      used += length;
    }

    @Override
    protected FieldRanges buildRecord() {
      return fields;
    }
  }
}
