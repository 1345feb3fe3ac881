package dev.hstu.retrieval.data;

import dev.hstu.retrieval.data.DelimitedRecords.Dialect;
import dev.hstu.retrieval.data.DelimitedRecords.Quotes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Opens an input file in the format asked for, or in the one its first bytes show.
///
/// A file is Parquet by its magic bytes, `grouplens-dat` when its first line has `::` in it,
/// `grouplens-tabs` when that line is four numbers between tabs, and otherwise `csv`.
final class RecordSources {

  /// Fields of a row of `u.data`.
  private static final int LOG_FIELDS = 4;

  private static final String PARQUET_MAGIC = "PAR1";
  private static final String SEPARATORS = ",\t;|";
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private RecordSources() {}

  /// What the rows of a file are about.
  enum Content {
    /// A log. Its CSV is UTF-8: read as anything else, damaged bytes would make wrong ids.
    INTERACTIONS(List.of("userId", "movieId", "rating", "timestamp")),
    /// A catalogue, whose titles are often still in ISO-8859-1.
    CATALOGUE(List.of("movieId", "title", "genres")),
    /// Attributes of users.
    USERS(List.of("userId", "gender", "age", "occupation", "zip"));

    /// Columns of the GroupLens formats, by the names of their CSV edition.
    private final List<String> columns;

    Content(List<String> columns) {
      this.columns = columns;
    }
  }

  /// A file opened, and the format it was opened in.
  record Opened(RecordSource source, FileFormat format) implements Closeable {

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  /// Opens `file`.
  ///
  /// @param wanted the format, or null to detect it
  /// @param headerless whether a CSV file's columns are numbered (`#1`, `#2`, ...) because its
  /// first line is a row
  /// @param content what the rows are about, which names the columns of formats without a header
  static Opened open(Path file, @Nullable FileFormat wanted, boolean headerless, Content content)
      throws IOException {
    SourceBytes bytes = SourceBytes.open(file);
    try {
      byte[] head = bytes.head();
      String firstLine = firstLine(file, head);
      FileFormat format = wanted == null ? detect(head, firstLine) : wanted;
      if (format == FileFormat.PARQUET) {
        bytes.close();
        return new Opened(ParquetRecords.open(file), format);
      }
      Dialect dialect =
          switch (format) {
            case GROUPLENS_DAT -> new Dialect("::", Quotes.LITERAL, content.columns, charset(head));
            case GROUPLENS_TABS ->
                new Dialect("\t", Quotes.LITERAL, content.columns, charset(head));
            case CSV -> csv(file, firstLine, headerless, content, charset(head));
            case PARQUET -> throw new IllegalStateException("opened above");
          };
      return new Opened(new DelimitedRecords(file, bytes, dialect), format);
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  private static FileFormat detect(byte[] head, String firstLine) {
    if (startsWith(head, PARQUET_MAGIC)) {
      return FileFormat.PARQUET;
    }
    if (firstLine.contains("::")) {
      return FileFormat.GROUPLENS_DAT;
    }
    List<String> byTab = List.of(firstLine.split("\t", -1));
    boolean numbers = byTab.stream().allMatch(field -> NUMBER.matcher(field).matches());
    return byTab.size() == LOG_FIELDS && numbers ? FileFormat.GROUPLENS_TABS : FileFormat.CSV;
  }

  private static Dialect csv(
      Path file, String firstLine, boolean headerless, Content content, Charset catalogueCharset) {
    char separator = separator(firstLine);
    List<String> fields = List.of(firstLine.split(Pattern.quote(String.valueOf(separator)), -1));
    if (!headerless && fields.stream().allMatch(field -> NUMBER.matcher(field).matches())) {
      throw new UnusableInputException(
          "'%s' begins with a row of numbers ('%.60s') instead of column names; add a header line, or number the columns: --columns user=#1,item=#2,time=#3"
              .formatted(file, firstLine));
    }
    List<String> numbered =
        headerless ? IntStream.rangeClosed(1, fields.size()).mapToObj(n -> "#" + n).toList() : null;
    String between = String.valueOf(separator);
    return switch (content) {
      case INTERACTIONS ->
          new Dialect(between, Quotes.AROUND_LINES, numbered, StandardCharsets.UTF_8);
      case CATALOGUE, USERS -> new Dialect(between, Quotes.AROUND_TEXT, numbered, catalogueCharset);
    };
  }

  /// The separator that occurs most in the first line; a comma where none does.
  private static char separator(String firstLine) {
    char best = SEPARATORS.charAt(0);
    long most = 0;
    for (int i = 0; i < SEPARATORS.length(); i++) {
      char candidate = SEPARATORS.charAt(i);
      long count = firstLine.chars().filter(c -> c == candidate).count();
      if (count > most) {
        most = count;
        best = candidate;
      }
    }
    return best;
  }

  private static String firstLine(Path file, byte[] head) {
    if (head.length == 0) {
      throw new UnusableInputException("'%s' is empty; give a file with rows".formatted(file));
    }
    String text = new String(head, StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return line.startsWith("\uFEFF") ? line.substring(1).stripTrailing() : line.stripTrailing();
  }

  /// UTF-8, or ISO-8859-1 (as the older GroupLens files are) where the first bytes cannot be UTF-8.
  private static Charset charset(byte[] head) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(head);
    // A character cut at the end of the head is no error: endOfInput is false.
    boolean utf8 = !decoder.decode(bytes, CharBuffer.allocate(head.length), false).isError();
    return utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
  }

  private static boolean startsWith(byte[] head, String magic) {
    return new String(head, 0, Math.min(head.length, magic.length()), StandardCharsets.ISO_8859_1)
        .equals(magic);
  }
}
