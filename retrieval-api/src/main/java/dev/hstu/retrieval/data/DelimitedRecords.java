package dev.hstu.retrieval.data;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Rows of a text with separators, with or without RFC 4180 quotes.
///
/// Lines without a quote (nearly all of an interaction log) are split in place. A line with one is
/// joined with the following lines until its quotes close and taken apart by [QuotedRecords]. Where
/// that fails, the first of those lines is the bad row and reading goes on at the second, so that a
/// stray quote costs one row and not the rest of the file.
final class DelimitedRecords implements RecordSource {

  /// Bound on the lines of one record, so that a quote that never closes is given up.
  static final int MAX_RECORD_LINES = 1_000;

  private static final int UNKNOWN = -1;

  private final Path file;
  private final SourceBytes bytes;
  private final LineReader lines;
  private final Dialect dialect;
  private final @Nullable QuotedRecords quotes;
  private final List<String> columns;
  private final FieldRanges fields = new FieldRanges();

  /// Lines read ahead for a record whose quotes turned out broken.
  private final Deque<Line> unread = new ArrayDeque<>();

  private int expectedFields = UNKNOWN;
  private int[] selected = {};
  private long position;
  private @Nullable RowDefect defect;
  private String defectDetail = "";

  /// How a text is written.
  ///
  /// @param separator one or two chars between fields
  /// @param quotes what quotes mean
  /// @param header the columns' names, or null when the first row names them
  /// @param charset of the bytes
  record Dialect(String separator, Quotes quotes, @Nullable List<String> header, Charset charset) {}

  /// What quotes mean.
  enum Quotes {
    /// Nothing; they are characters like others.
    LITERAL,
    /// RFC 4180, and the selected columns (ids, numbers) hold no line breaks: where one seems to, a
    /// quote is broken and has swallowed the lines up to the next one.
    AROUND_LINES,
    /// RFC 4180, any column may hold line breaks.
    AROUND_TEXT
  }

  /// Takes over `bytes`, closed with this.
  DelimitedRecords(Path file, SourceBytes bytes, Dialect dialect) throws IOException {
    this.file = file;
    this.bytes = bytes;
    this.dialect = dialect;
    this.lines = new LineReader(new InputStreamReader(bytes.stream(), dialect.charset()));
    this.quotes =
        dialect.quotes() == Quotes.LITERAL
            ? null
            : new QuotedRecords(dialect.separator().charAt(0));
    List<String> header = dialect.header();
    this.columns = header == null ? readHeader() : header;
    this.expectedFields = columns.size();
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public void select(int[] columns) {
    selected = columns.clone();
  }

  @Override
  public boolean next() throws IOException {
    if (!nextRecord()) {
      return false;
    }
    if (defect == null && fields.size() != expectedFields) {
      fail(
          RowDefect.FIELD_COUNT,
          "%d fields where %d are expected".formatted(fields.size(), expectedFields));
    }
    return true;
  }

  @Override
  public @Nullable RowDefect defect() {
    return defect;
  }

  @Override
  public String defectDetail() {
    return defectDetail;
  }

  @Override
  public void read(int column, Cell cell) {
    fields.read(column, cell);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public String positionUnit() {
    return "line";
  }

  @Override
  public long bytesRead() {
    return bytes.bytesRead();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private List<String> readHeader() throws IOException {
    if (!nextRecord() || defect != null) {
      throw new UnusableInputException(
          "'%s' has no header line; name its columns in the first line".formatted(file));
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      names.add(fields.text(i).strip());
    }
    return List.copyOf(names);
  }

  /// Moves to the next record that is not an empty line.
  private boolean nextRecord() throws IOException {
    defect = null;
    while (!unread.isEmpty()) {
      position = lines.number() - unread.size() + 1;
      Line line = unread.removeFirst();
      if (take(line.text().toCharArray(), 0, line.text().length(), line.tooLong())) {
        return true;
      }
    }
    while (lines.next()) {
      position = lines.number();
      if (take(lines.chars(), lines.start(), lines.end(), lines.isTooLong())) {
        return true;
      }
    }
    return false;
  }

  /// Makes the record that begins with this line the current one, unless the line is empty.
  private boolean take(char[] chars, int start, int end, boolean tooLong) throws IOException {
    if (tooLong) {
      fail(
          RowDefect.LINE_LENGTH,
          "more than %d characters without a line break".formatted(LineReader.MAX_LINE_CHARS));
    } else if (start == end) {
      return false;
    } else if (quotes == null || !hasQuote(chars, start, end)) {
      fields.split(chars, start, end, dialect.separator());
    } else {
      takeQuoted(quotes, new String(chars, start, end - start));
    }
    return true;
  }

  private void takeQuoted(QuotedRecords quotes, String first) throws IOException {
    List<Line> ahead = new ArrayList<>();
    StringBuilder record = new StringBuilder(first);
    boolean open = isOpenAfter(false, first);
    while (open && ahead.size() < MAX_RECORD_LINES && record.length() < LineReader.MAX_LINE_CHARS) {
      Line line = followingLine();
      if (line == null) {
        break;
      }
      ahead.add(line);
      record.append('\n').append(line.text());
      open = line.tooLong() || isOpenAfter(true, line.text());
    }
    boolean whole = !open && quotes.parse(record.toString(), fields);
    if (!whole || !(ahead.isEmpty() || isJoinedRightly())) {
      ahead.reversed().forEach(unread::addFirst);
      fail(
          RowDefect.QUOTES,
          "a quote that does not close, or stands amid a field: %.60s".formatted(first));
    }
  }

  /// Whether a record of several lines can be one: a header, or as many fields as the header has,
  /// of which the selected ones stay on one line where the dialect says so.
  private boolean isJoinedRightly() {
    if (expectedFields == UNKNOWN) {
      return true;
    }
    if (fields.size() != expectedFields) {
      return false;
    }
    return dialect.quotes() == Quotes.AROUND_TEXT
        || IntStream.of(selected).noneMatch(column -> fields.text(column).indexOf('\n') >= 0);
  }

  private boolean isOpenAfter(boolean open, String line) {
    char[] chars = line.toCharArray();
    return QuotedRecords.isOpenAfter(open, chars, 0, chars.length, dialect.separator().charAt(0));
  }

  private @Nullable Line followingLine() throws IOException {
    if (!unread.isEmpty()) {
      return unread.removeFirst();
    }
    if (!lines.next()) {
      return null;
    }
    String text = new String(lines.chars(), lines.start(), lines.end() - lines.start());
    return new Line(lines.isTooLong() ? "" : text, lines.isTooLong());
  }

  private void fail(RowDefect found, String detail) {
    defect = found;
    defectDetail = detail;
  }

  private static boolean hasQuote(char[] chars, int start, int end) {
    for (int i = start; i < end; i++) {
      if (chars[i] == QuotedRecords.QUOTE) {
        return true;
      }
    }
    return false;
  }

  private record Line(String text, boolean tooLong) {}
}
