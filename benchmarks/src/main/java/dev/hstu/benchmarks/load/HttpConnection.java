package dev.hstu.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// One kept-alive HTTP/1.1 connection that sends whole requests and reads whole answers of a stated
/// length. As little as that takes: on a machine that client and server share, what the client
/// spends is missing at the server. For one thread.
final class HttpConnection implements AutoCloseable {

  /// More than any answer of k candidates.
  private static final int MAX_ANSWER_BYTES = 16 << 20;

  private static final int MAX_HEAD_BYTES = 64 << 10;
  private static final byte[] CONTENT_LENGTH =
      "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[64 << 10];
  private int bodyStart;
  private int bodyLength;

  /// Connects.
  ///
  /// @param timeout of connecting and of each read
  HttpConnection(URI target, Duration timeout) throws IOException {
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) timeout.toMillis());
      socket.connect(
          new InetSocketAddress(target.getHost(), target.getPort()), (int) timeout.toMillis());
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// A request with a JSON body, head and body together.
  static byte[] request(String method, URI target, byte[] body) {
    String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
    byte[] head =
        ("%s %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
                + "Content-Length: %d\r\n\r\n")
            .formatted(method, path, target.getHost(), target.getPort(), body.length)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  /// Sends a request and reads its answer.
  ///
  /// @return its status
  /// @throws IOException after which the connection is of no more use
  int exchange(byte[] request) throws IOException {
    out.write(request);
    int filled = 0;
    int head = -1;
    while (head < 0) {
      filled += read(filled);
      head = headEnd(filled);
      if (head < 0 && filled > MAX_HEAD_BYTES) {
        throw new IOException("an answer's head is longer than " + MAX_HEAD_BYTES + " bytes");
      }
    }
    int length = contentLength(head);
    reserve(head + length);
    while (filled < head + length) {
      filled += read(filled);
    }
    bodyStart = head;
    bodyLength = length;
    return (buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 + buffer[11] - '0';
  }

  /// The body of the last answer, a copy.
  byte[] body() {
    return Arrays.copyOfRange(buffer, bodyStart, bodyStart + bodyLength);
  }

  /// Whether the body of the last answer has these bytes somewhere.
  boolean bodyHas(byte[] part) {
    for (int i = bodyStart; i <= bodyStart + bodyLength - part.length; i++) {
      if (buffer[i] == part[0] && Arrays.equals(buffer, i, i + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }

  /// What stands in the body of the last answer between the last of these bytes and a quote.
  ///
  /// @param none where they don't stand there
  String bodyValue(byte[] after, String none) {
    int end = bodyStart + bodyLength;
    for (int i = end - after.length; i >= bodyStart; i--) {
      if (buffer[i] == after[0]
          && Arrays.equals(buffer, i, i + after.length, after, 0, after.length)) {
        int from = i + after.length;
        int to = from;
        while (to < end && buffer[to] != '"') {
          to++;
        }
        return new String(buffer, from, to - from, StandardCharsets.US_ASCII);
      }
    }
    return none;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private int read(int filled) throws IOException {
    reserve(filled + 1);
    int count = in.read(buffer, filled, buffer.length - filled);
    if (count < 0) {
      throw new EOFException("the connection was closed before the answer's end");
    }
    return count;
  }

  private void reserve(int bytes) throws IOException {
    if (bytes > MAX_ANSWER_BYTES) {
      throw new IOException(
          "an answer of %d bytes is longer than %d".formatted(bytes, MAX_ANSWER_BYTES));
    }
    if (bytes > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(bytes, 2 * buffer.length));
    }
  }

  /// Where the body begins, or -1.
  private int headEnd(int filled) {
    for (int i = 3; i < filled; i++) {
      if (buffer[i] == '\n'
          && buffer[i - 1] == '\r'
          && buffer[i - 2] == '\n'
          && buffer[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private int contentLength(int head) throws IOException {
    for (int i = 0; i + CONTENT_LENGTH.length < head; i++) {
      if (namesContentLength(i)) {
        int value = i + CONTENT_LENGTH.length;
        int end = value;
        while (buffer[end] != '\r') {
          end++;
        }
        String digits = new String(buffer, value, end - value, StandardCharsets.US_ASCII).strip();
        return Integer.parseInt(digits);
      }
    }
    throw new IOException("an answer has no Content-Length");
  }

  private boolean namesContentLength(int start) {
    for (int j = 0; j < CONTENT_LENGTH.length; j++) {
      byte is = buffer[start + j];
      int lower = is >= 'A' && is <= 'Z' ? is + ('a' - 'A') : is;
      if (lower != CONTENT_LENGTH[j]) {
        return false;
      }
    }
    return true;
  }
}
