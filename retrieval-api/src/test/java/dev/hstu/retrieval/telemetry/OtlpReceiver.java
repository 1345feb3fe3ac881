package dev.hstu.retrieval.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/// A collector on loopback: takes OTLP over HTTP and reads what the tests ask of the protobuf
/// (opentelemetry/proto/trace/v1/trace.proto) by its field numbers.
public final class OtlpReceiver implements AutoCloseable {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;

  /// A span as received.
  ///
  /// @param error whether its status says so
  public record ReceivedSpan(
      String traceId, String spanId, String parentId, String name, long kind, boolean error) {}

  private final HttpServer server;
  private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();

  public OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces");
  }

  /// What came so far.
  public List<ReceivedSpan> spans() {
    return spans;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      byte[] body =
          zipped
              ? new GZIPInputStream(exchange.getRequestBody()).readAllBytes()
              : exchange.getRequestBody().readAllBytes();
      for (Field resource : fields(body)) {
        for (Field scope : all(resource.bytes(), 2)) {
          for (Field span : all(scope.bytes(), 2)) {
            spans.add(span(span.bytes()));
          }
        }
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static ReceivedSpan span(byte[] message) {
    boolean error =
        all(message, 15).stream()
            .flatMap(status -> all(status.bytes(), 3).stream())
            .anyMatch(code -> code.number() == 2);
    return new ReceivedSpan(
        hex(message, 1),
        hex(message, 2),
        hex(message, 4),
        new String(all(message, 5).getFirst().bytes(), StandardCharsets.UTF_8),
        all(message, 6).getFirst().number(),
        error);
  }

  private static String hex(byte[] message, int field) {
    List<Field> found = all(message, field);
    return found.isEmpty() ? "" : HexFormat.of().formatHex(found.getFirst().bytes());
  }

  private static List<Field> all(byte[] message, int id) {
    return fields(message).stream().filter(field -> field.id() == id).toList();
  }

  /// One field of a message.
  private record Field(int id, long number, byte[] bytes) {}

  private static List<Field> fields(byte[] message) {
    List<Field> fields = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long tag = varint(in);
      int id = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> fields.add(new Field(id, varint(in), new byte[0]));
        case FIXED64 -> fields.add(new Field(id, in.getLong(), new byte[0]));
        case BYTES -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(id, bytes.length, bytes));
        }
        default -> fields.add(new Field(id, in.getInt(), new byte[0]));
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = in.get();
      value |= (long) (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }
}
