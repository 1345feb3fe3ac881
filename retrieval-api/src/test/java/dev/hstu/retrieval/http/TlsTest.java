package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.retrieval.access.TestCertificate;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTPS with a generated self-signed certificate, by the service's own settings.
class TlsTest {

  @TempDir Path folder;
  private TestCertificate certificate;
  private TinyGenerations generations;

  @BeforeEach
  void makeACertificate() throws Exception {
    certificate = TestCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
    generations = new TinyGenerations(folder);
  }

  private RunningService start(Map<String, String> more) throws IOException {
    Map<String, String> values = new HashMap<>(certificate.settings());
    values.putAll(more);
    return RunningService.start(generations.configuration(values));
  }

  @Test
  void requestsAreAnsweredByTlsAndNotWithout() throws Exception {
    generations.publish(1);
    try (RunningService service = start(Map.of());
        HttpClient trusting = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
        HttpClient other = HttpClient.newHttpClient()) {
      service.awaitReady(Duration.ofSeconds(30));
      assertThat(service.address().getScheme()).isEqualTo("https");
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:%d/retrieve".formatted(service.port())))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"k\":3}"))
              .build();

      HttpResponse<String> answer = trusting.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");

      assertThatThrownBy(() -> other.send(request, BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
      assertThat(plain(service.port())).doesNotContain("200");
    }
  }

  @Test
  void clientsOfTheVersionBeforeAreAnswered() throws Exception {
    SSLParameters old = new SSLParameters();
    old.setProtocols(new String[] {"TLSv1.2"});
    generations.publish(1);
    try (RunningService service = start(Map.of());
        HttpClient client =
            HttpClient.newBuilder().sslContext(certificate.trusting()).sslParameters(old).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:%d/health/live".formatted(service.port())))
              .build();
      assertThat(
              client
                  .send(request, BodyHandlers.ofString())
                  .sslSession()
                  .orElseThrow()
                  .getProtocol())
          .isEqualTo("TLSv1.2");
    }
  }

  @Test
  void aWrongPasswordAndAMissingFileStopTheStart() throws IOException {
    Files.writeString(certificate.passwordFile(), "wrong\n");
    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("tls.key-store=" + certificate.keyStore())
        .hasMessageNotContaining(TestCertificate.PASSWORD);
    Path missing = folder.resolve("none.p12");
    assertThatThrownBy(() -> start(Map.of("tls.key-store", missing.toString())))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("tls.key-store=" + missing);
  }

  private static String plain(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketException e) {
      return "";
    }
  }
}
