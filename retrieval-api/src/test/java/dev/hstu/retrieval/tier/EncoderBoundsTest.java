package dev.hstu.retrieval.tier;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an encoder process takes is bounded, and what is beyond it is said or waits.
class EncoderBoundsTest {

  @TempDir Path folder;
  private TinyGenerations generations;

  @BeforeEach
  void publish() throws IOException {
    generations = new TinyGenerations(folder);
    generations.publish(1);
  }

  /// One request at a time on a connection: the service's further ones wait at the service, which
  /// the encoder's HTTP/2 settings tell it to.
  @Test
  void furtherRequestsOfAConnectionWaitAtTheService() throws Exception {
    Map<String, String> uncached = new HashMap<>(Map.of("cache.embeddings-enabled", "false"));
    try (EncoderServer encoder = encoder(Map.of("encoder-server.max-streams", "1"))) {
      uncached.putAll(EncoderTier.endpoints(encoder.address()));
      try (RunningService service = RunningService.start(generations.configuration(uncached));
          ServiceClient client = new ServiceClient(service)) {
        service.awaitReady(Duration.ofSeconds(30));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int row = 0; row < 60; row++) {
          answers.add(client.retrieveLater(request(row)));
        }
        for (CompletableFuture<Answer> answer : answers) {
          assertThat(answer.get().status()).as(answer.get().response().body()).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAndTheOthersServe() throws Exception {
    try (EncoderServer encoder = encoder(Map.of("encoder-server.max-connections", "1"));
        Socket first = connect(encoder.address())) {
      assertThat(health(first)).startsWith("HTTP/1.1 200");
      try (Socket second = connect(encoder.address())) {
        assertThat(health(second)).as("the second connection").isEmpty();
      }
      assertThat(health(first)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void bodiesAndDeadlinesBeyondTheirBoundsAreRefused() throws Exception {
    try (EncoderServer encoder = encoder(Map.of("encoder-server.max-body-bytes", "1024"));
        HttpClient http = HttpClient.newHttpClient()) {
      String model = EncoderTier.awaitModel(encoder);
      HttpRequest.Builder encode =
          HttpRequest.newBuilder(encoder.address().resolve(EncodeRequest.PATH));
      byte[] whole = EncoderTier.request(model, 2);

      refused(
          http,
          encode.copy().POST(BodyPublishers.ofByteArray(new byte[1025])),
          413,
          "body-too-large");
      refused(
          http,
          encode
              .copy()
              .header(EncodeRequest.DEADLINE_HEADER, "soon")
              .POST(BodyPublishers.ofByteArray(whole)),
          400,
          "malformed-request");
      refused(http, encode.copy().GET(), 405, "method-not-allowed");
      refused(
          http,
          HttpRequest.newBuilder(encoder.address().resolve("/v2/encode"))
              .POST(BodyPublishers.ofByteArray(whole)),
          404,
          "not-found");
      refused(
          http,
          encode.copy().POST(BodyPublishers.ofByteArray(EncoderTier.request("0".repeat(64), 2))),
          409,
          "unknown-model");
    }
  }

  private static void refused(HttpClient http, HttpRequest.Builder request, int status, String type)
      throws Exception {
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(new ObjectMapper().readTree(answer.body()).path("type").asText())
        .isEqualTo("urn:hstu:encoder:" + type);
  }

  private static Socket connect(URI address) throws IOException {
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  /// @return the head of the answer; none where the connection was closed
  private static String health(Socket socket) {
    try {
      socket
          .getOutputStream()
          .write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return firstLine(socket.getInputStream());
    } catch (IOException e) {
      return "";
    }
  }

  /// Reads one whole answer.
  private static String firstLine(InputStream answer) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = answer.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    int body =
        head.toString()
            .lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
            .findFirst()
            .orElse(0);
    answer.skipNBytes(body);
    return head.toString();
  }

  private EncoderServer encoder(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.put("encoder-server.port", "0");
    EncoderServer encoder = EncoderServer.start(generations.configuration(all));
    EncoderTier.awaitModel(encoder);
    return encoder;
  }

  private static String request(int row) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":100}],\"requestTime\":5000,\"k\":5}"
        .formatted(id(row));
  }
}
