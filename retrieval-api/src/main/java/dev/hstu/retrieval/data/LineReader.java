package dev.hstu.retrieval.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;

/// Lines of a text, ended by LF or CRLF, as ranges of a buffer that is reused: reading allocates
/// nothing. A byte order mark at the beginning is left out.
final class LineReader implements Closeable {

  /// Bound on one line: longer ones are no rows but another kind of file, and would fill the heap.
  static final int MAX_LINE_CHARS = 1 << 20;

  private static final int READ_CHARS = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Reader reader;
  private char[] buffer = new char[2 * READ_CHARS];
  private int filled;
  private int start;
  private int end;
  private int following;
  private long number;
  private boolean tooLong;

  LineReader(Reader reader) {
    this.reader = reader;
  }

  /// Moves to the next line.
  ///
  /// @return false at the end of the text
  boolean next() throws IOException {
    start = following;
    tooLong = false;
    int scan = start;
    while (true) {
      while (scan < filled) {
        if (buffer[scan++] == '\n') {
          return endLine(scan - 1, scan);
        }
      }
      if (scan - start >= MAX_LINE_CHARS) {
        tooLong = true;
        start = scan;
      }
      scan -= makeRoom();
      int read = reader.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        return (scan > start || tooLong) && endLine(scan, scan);
      }
      filled += read;
    }
  }

  /// The buffer that holds the current line, valid until [#next].
  char[] chars() {
    return buffer;
  }

  /// Where the current line begins in [#chars].
  int start() {
    return start;
  }

  /// Where it ends, its line break left out.
  int end() {
    return end;
  }

  /// Number of the current line, from 1.
  long number() {
    return number;
  }

  /// Whether the current line was longer than [#MAX_LINE_CHARS]; its content is then dropped.
  boolean isTooLong() {
    return tooLong;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private boolean endLine(int lineEnd, int next) {
    end = lineEnd > start && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
    following = next;
    number++;
    if (number == 1 && start < end && buffer[start] == BYTE_ORDER_MARK) {
      start++;
    }
    return true;
  }

  /// Moves the unfinished line to the front and sees that a read's worth of room follows it.
  ///
  /// @return by how many chars the line has moved
  private int makeRoom() {
    int moved = start;
    System.arraycopy(buffer, start, buffer, 0, filled - start);
    filled -= moved;
    start = 0;
    following = 0;
    if (buffer.length - filled < READ_CHARS) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    return moved;
  }
}
