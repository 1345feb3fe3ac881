package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceStartException;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.io.InputStream;
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
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTPS with a generated self-signed certificate, by the service's own settings.
class TlsTest {

  private static final String PASSWORD = "correct horse";

  @TempDir Path folder;
  private Path keyStore;
  private Path passwordFile;
  private TinyGenerations generations;

  @BeforeEach
  void makeACertificate() throws Exception {
    keyStore = folder.resolve("tls.p12");
    passwordFile = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "hstu",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                keyStore.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    generations = new TinyGenerations(folder);
  }

  private RunningService start(Map<String, String> more) throws IOException {
    Map<String, String> values =
        new HashMap<>(
            Map.of(
                "tls.key-store", keyStore.toString(),
                "tls.password-file", passwordFile.toString()));
    values.putAll(more);
    return RunningService.start(generations.configuration(values));
  }

  @Test
  void requestsAreAnsweredByTlsAndNotWithout() throws Exception {
    generations.publish(1);
    try (RunningService service = start(Map.of());
        HttpClient trusting = HttpClient.newBuilder().sslContext(trustingContext()).build();
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
            HttpClient.newBuilder().sslContext(trustingContext()).sslParameters(old).build()) {
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
    Files.writeString(passwordFile, "wrong\n");
    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(ServiceStartException.class)
        .hasMessageContaining("tls.key-store=" + keyStore)
        .hasMessageNotContaining(PASSWORD);
    Path missing = folder.resolve("none.p12");
    assertThatThrownBy(() -> start(Map.of("tls.key-store", missing.toString())))
        .isInstanceOf(ServiceStartException.class)
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

  private SSLContext trustingContext() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(keyStore)) {
      store.load(bytes, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("hstu", store.getCertificate("hstu"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
