package dev.hstu.retrieval.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A socket to the service, for requests that no HTTP client would send. Opened when it is needed
/// and again when the server has closed it.
final class RawConnection implements AutoCloseable {

  /// What is reported where the server closed the connection without an answer.
  static final int NO_ANSWER = 0;

  private static final int PATIENCE_MILLIS = 30_000;

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  RawConnection(int port) {
    this.port = port;
  }

  /// Sends one request and reads its answer.
  ///
  /// @return the status, or [#NO_ANSWER]
  /// @throws java.net.SocketTimeoutException when the server neither answers nor closes
  int send(FuzzCases.Case request) throws IOException {
    if (!request.framed()) {
      close();
    }
    try {
      Socket open = connected();
      open.getOutputStream().write(request.bytes());
      open.getOutputStream().flush();
      if (!request.framed()) {
        open.shutdownOutput();
      }
    } catch (SocketException e) {
      // The server may answer and close before it has read everything.
    }
    int status = NO_ANSWER;
    try {
      status = readAnswer(request.head());
    } catch (SocketException e) {
      close();
    }
    if (!request.framed()) {
      close();
    }
    return status;
  }

  private Socket connected() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket(InetAddress.getLoopbackAddress(), port);
      open.setSoTimeout(PATIENCE_MILLIS);
      open.setTcpNoDelay(true);
      // Closed by a reset, so that no port waits for minutes.
      open.setSoLinger(true, 0);
      socket = open;
      in = new BufferedInputStream(open.getInputStream());
    }
    return open;
  }

  private int readAnswer(boolean head) throws IOException {
    InputStream bytes = in;
    if (bytes == null) {
      return NO_ANSWER;
    }
    String line = line(bytes);
    if (line.isEmpty()) {
      close();
      return NO_ANSWER;
    }
    int status = Integer.parseInt(line.split(" ", 3)[1]);
    long length = 0;
    boolean chunked = false;
    boolean ends = false;
    for (String header = line(bytes); !header.isEmpty(); header = line(bytes)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring("content-length:".length()).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
      ends |= lower.startsWith("connection:") && lower.contains("close");
    }
    if (status < 200) {
      return readAnswer(head);
    }
    if (!head) {
      if (chunked) {
        ends |= !skipChunks(bytes);
      } else {
        bytes.skipNBytes(length);
      }
    }
    if (ends) {
      close();
    }
    return status;
  }

  /// Reads a streamed answer away.
  ///
  /// @return false when the server closed in the middle of it, as it does where the request that it
  ///     is still reading breaks
  private static boolean skipChunks(InputStream bytes) throws IOException {
    long size;
    do {
      String line = line(bytes);
      if (line.isEmpty()) {
        return false;
      }
      size = Long.parseLong(line.split(";", 2)[0].strip(), 16);
      bytes.skipNBytes(size);
      line(bytes);
    } while (size > 0);
    return true;
  }

  private static String line(InputStream bytes) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = bytes.read(); next >= 0 && next != '\n'; next = bytes.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /// As text, for the message of a failed test.
  static String text(FuzzCases.Case request) {
    String text = new String(request.bytes(), StandardCharsets.ISO_8859_1);
    return text.length() <= 1_500 ? text : text.substring(0, 1_500) + "...";
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    socket = null;
    in = null;
  }
}
