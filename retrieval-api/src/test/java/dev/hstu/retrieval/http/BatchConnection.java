package dev.hstu.retrieval.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A client of `POST /retrieve/batch` that decides itself when it sends and when it reads: HTTP/1.1
/// with chunks both ways on a bare socket. The JDK's client reads only once all is sent.
final class BatchConnection implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private boolean headRead;
  private int chunkLeft;

  BatchConnection(URI address) throws IOException {
    socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    String head =
        "POST /retrieve/batch HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /// Sends text as one chunk, perhaps not at once.
  void write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /// Sends what was written.
  void flush() throws IOException {
    out.flush();
  }

  /// Ends the body.
  void end() throws IOException {
    out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /// The next line of the answer; null at its end.
  @Nullable JsonNode read() throws IOException {
    if (!headRead) {
      String status = headLine();
      if (!status.startsWith("HTTP/1.1 200")) {
        throw new IOException("answered " + status);
      }
      while (!headLine().isEmpty()) {
        // the headers say nothing that is needed
      }
      headRead = true;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = bodyByte(); next != '\n'; next = bodyByte()) {
      if (next < 0) {
        return null;
      }
      line.write(next);
    }
    return JSON.readTree(line.toByteArray());
  }

  private int bodyByte() throws IOException {
    if (chunkLeft == 0) {
      String size = headLine();
      chunkLeft = Integer.parseInt(size.isEmpty() ? headLine() : size, 16);
      if (chunkLeft == 0) {
        return -1;
      }
    }
    chunkLeft--;
    return in.read();
  }

  private String headLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the connection ended after '" + line + "'");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
