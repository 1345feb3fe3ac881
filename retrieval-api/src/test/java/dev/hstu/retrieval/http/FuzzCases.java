package dev.hstu.retrieval.http;

import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// Seeded requests to one route, from nearly right to hopeless: mutated and truncated JSON, huge
/// numbers, NaN, deep nesting, wrong types, invalid UTF-8, odd paths, headers and framing.
final class FuzzCases {

  /// One request.
  ///
  /// @param bytes all of it, on the wire
  /// @param head whether the answer has no body
  /// @param framed whether the server can tell where it ends, so that another may follow it
  record Case(byte[] bytes, boolean head, boolean framed) {}

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-0",
          "0",
          "1",
          "1e999",
          "-1e999",
          "NaN",
          "Infinity",
          "1e-400",
          "0x10",
          "99999999999999999999999999999999999999",
          "9223372036854775808",
          "-9223372036854775809",
          "1700000000000",
          "2147483648",
          "1.5",
          "\"\"",
          "\"x\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"" + "y".repeat(5_000) + "\"",
          "[]",
          "{}",
          "[[]]",
          "{\"\":{}}",
          "'1'",
          "01",
          "+1",
          ".5",
          "[".repeat(2_000),
          "{\"a\":".repeat(500),
          "9".repeat(3_000),
          "\"g1\"",
          "undefined");

  private static final List<String> SEEDS =
      List.of(
          "{\"events\":[{\"itemId\":%1$s,\"timestamp\":5,\"action\":\"click\"},{\"itemId\":\"x\",\"timestamp\":6}],\"requestTime\":9,\"k\":10,\"excludeSeen\":true,\"excludeItemIds\":[%1$s]}",
          "{\"k\":5,\"filter\":{\"all\":[{\"in\":{\"genre\":[\"g1\",\"g2\"]}},{\"not\":{\"range\":{\"year\":{\"gte\":1990,\"lt\":2000}}}}]}}",
          "{\"filter\":{\"any\":[{\"only\":[%1$s]},{\"set\":\"fuzz\"}]},\"userId\":\"u\"}",
          "{\"vector\":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],\"attributes\":{\"genre\":[\"g1\"],\"year\":1999,\"title\":\"t\"}}",
          "{\"id\":\"%1$s\",\"delete\":true}\n"
              + "{\"id\":%1$s,\"vector\":[0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}\n",
          "{\"force\":\"fuzzed until it serves\"}",
          "{\"reason\":\"fuzzed\"}",
          "{\"events\":[{\"itemId\":%1$s,\"timestamp\":5,\"action\":1},{\"itemId\":\"x\",\"timestamp\":3}]}",
          "{\"events\":[],\"userAttributes\":[{\"name\":\"town\",\"value\":%1$s},{\"name\":\"town\",\"value\":\"x\",\"since\":3}]}",
          "{\"userId\":\"fuzz\",\"excludeServedDays\":3,\"k\":5}",
          "{\"events\":[{\"itemId\":%1$s,\"timestamp\":5}],\"requestTime\":9,\"userAttributes\":[{\"name\":\"town\",\"value\":%1$s,\"since\":4}]}",
          "{\"itemId\":%1$s,\"events\":[{\"itemId\":\"%1$s\",\"timestamp\":5}],\"requestTime\":9,\"k\":3,\"excludeItemIds\":[%1$s],\"filter\":{\"range\":{\"year\":{\"lt\":2000}}}}",
          "[%1$s,\"%1$s\"]",
          "%1$s\n%1$s\n",
          "{}",
          "");

  private static final List<String> SEGMENTS =
      List.of(
          "fuzz",
          "1",
          "a%20b",
          "%00",
          "%ff%fe",
          "%zz",
          "..%2f..%2fetc",
          "%F0%9F%98%80",
          "A",
          "x".repeat(300),
          "x".repeat(5_000),
          "%",
          "{id}",
          "null",
          "-",
          "a;b=c",
          "a,b",
          "%2F",
          "+");

  private static final List<String> PARAMETERS =
      List.of(
          "k",
          "requestTime",
          "excludeSeen",
          "excludeServedDays",
          "filter",
          "unknown",
          "attribute",
          "value",
          "K");

  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/x-ndjson",
          "application/json; charset=utf-16",
          "application/json; charset=nonsense",
          "APPLICATION/JSON",
          "text/plain",
          "json",
          "/",
          ";",
          "",
          "multipart/form-data; boundary=x",
          "application/x-www-form-urlencoded",
          "*/*",
          "application/json; q=\"",
          "application/json, text/html",
          "\u00e9/\u00e9");

  private static final List<String> HEADERS =
      List.of(
          "Accept: text/html",
          "Accept: ;;;",
          "Accept: application/json;q=x",
          "Accept-Encoding: gzip",
          "Content-Encoding: gzip",
          "Content-Encoding: br",
          "Expect: 100-continue",
          "Expect: x",
          "Authorization: Bearer x",
          "Authorization:",
          "Host: a b",
          "Origin: null",
          "Cookie: a=b; ;=",
          "Upgrade: h2c",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "X-Odd: \u0001\u0002",
          "X-Long: " + "z".repeat(9_000),
          "Range: bytes=0-",
          "If-None-Match: *",
          "traceparent: 00-0",
          "Content-Length: 5",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: x",
          "No colon here",
          " folded: x",
          "X-HTTP-Method-Override: DELETE",
          "Accept-Language: -1");

  private static final List<String> METHODS =
      List.of(
          "GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "FOO", "get",
          "\u00e9");

  private final Random random;
  private final String method;
  private final String template;

  FuzzCases(long seed, String method, String template) {
    this.random = new Random(seed ^ (method + template).hashCode());
    this.method = method;
    this.template = template;
  }

  /// The next one.
  Case next() {
    String verb = oneIn(20) ? pick(METHODS) : method;
    byte[] body = verb.equals("GET") && !oneIn(10) ? new byte[0] : body();
    StringBuilder head = new StringBuilder();
    head.append(verb).append(' ').append(target()).append(" HTTP/1.1\r\nHost: localhost\r\n");
    if (!oneIn(20)) {
      head.append("Content-Type: ").append(oneIn(4) ? pick(TYPES) : type()).append("\r\n");
    }
    boolean odd = oneIn(4);
    if (odd) {
      head.append(pick(HEADERS)).append("\r\n");
    }
    String framing = oneIn(12) ? badFraming(body) : "";
    head.append(framing.isEmpty() ? "Content-Length: " + body.length + "\r\n" : framing);
    head.append("\r\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(body, 0, oneIn(15) ? random.nextInt(body.length + 1) : body.length);
    boolean whole = bytes.size() == head.length() + body.length;
    return new Case(bytes.toByteArray(), verb.equals("HEAD"), whole && !odd && framing.isEmpty());
  }

  private String target() {
    String path = template.replaceAll("\\{[^}]*}", oneIn(2) ? "fuzz" : pick(SEGMENTS));
    if (template.startsWith("/retrieve/") || template.startsWith("/popular")) {
      path += query();
    }
    if (oneIn(12)) {
      path +=
          pick(
              List.of(
                  "/",
                  "?",
                  "?a=%zz",
                  "?k=1&k=2",
                  "?query=item%201&limit=3",
                  "?query=%F0%9F%98%80%00%ff&limit=-1",
                  "?limit=1e9",
                  "?id=1&id=&id=%00",
                  "//",
                  "#x",
                  "?" + "q".repeat(4_000),
                  "%00",
                  "/../.."));
    }
    return path;
  }

  private String query() {
    StringBuilder query = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      String value =
          oneIn(3)
              ? URLEncoder.encode(pick(VALUES), StandardCharsets.UTF_8)
              : pick(List.of("5", "1", "true", "popular", "genres", "g1", "%7B%7D"));
      query.append(query.isEmpty() ? '?' : '&').append(pick(PARAMETERS)).append('=').append(value);
    }
    return query.toString();
  }

  private String type() {
    return template.endsWith("/bulk") || template.endsWith("/batch")
        ? "application/x-ndjson"
        : "application/json";
  }

  private String badFraming(byte[] body) {
    return pick(
        List.of(
            "Content-Length: " + (body.length + 7) + "\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: " + (1L << 40) + "\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
            "Transfer-Encoding: gzip, chunked\r\n"));
  }

  private byte[] body() {
    String text =
        pick(SEEDS).replace("%1$s", TinyGenerations.id(random.nextInt(TinyGenerations.ITEMS)));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (oneIn(8)) {
      return bytes;
    }
    if (oneIn(30)) {
      random.nextBytes(bytes);
      return bytes;
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes = mutate(bytes);
    }
    return bytes;
  }

  private byte[] mutate(byte[] bytes) {
    if (bytes.length == 0) {
      return pick(VALUES).getBytes(StandardCharsets.UTF_8);
    }
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(6)) {
      case 0 -> splice(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
      case 1 -> splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), new byte[0]);
      case 2 -> splice(bytes, at, bytes.length, new byte[0]);
      case 3 -> splice(bytes, at, at, bytes.length < 50_000 ? bytes : new byte[0]);
      default -> replaceAValue(bytes, at);
    };
  }

  /// Puts an odd value where one stands, so that most of the document is still read.
  private byte[] replaceAValue(byte[] bytes, int from) {
    int start = from;
    while (start < bytes.length && ":[,".indexOf(bytes[start]) < 0) {
      start++;
    }
    start = Math.min(bytes.length, start + 1);
    int end = start;
    while (end < bytes.length && ",]}\n".indexOf(bytes[end]) < 0) {
      end++;
    }
    return splice(bytes, start, end, pick(VALUES).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.writeBytes(middle);
    out.write(bytes, to, bytes.length - to);
    return out.toByteArray();
  }

  private boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
