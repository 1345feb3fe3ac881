package dev.hstu.retrieval.tier;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.access.TestCertificate;
import dev.hstu.retrieval.cli.CommandLineRun;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.network.LoopbackOnly;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may use an encoder process, and whom a service takes for one: keys and TLS between real
/// processes' ends, over real HTTP/2.
@ExtendWith(LoopbackOnly.class)
class EncoderSecurityTest {

  private static final String HERE = "dns:localhost,ip:127.0.0.1";

  @TempDir Path folder;
  private TinyGenerations generations;
  private KeysFile keys;
  private Path keysFile;
  private Path keyFile;

  @BeforeEach
  void publish() throws Exception {
    generations = new TinyGenerations(folder);
    generations.publish(1);
    keysFile = folder.resolve("keys.json");
    keys = new KeysFile(keysFile);
    keyFile = folder.resolve("endpoint-key");
  }

  @Test
  void servicesUseAnEncoderByTlsWhoseCertificateTheyTrust() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, HERE);
    Map<String, String> trust = Map.of("encoder.endpoint-trust-file", certificate.pem().toString());
    try (EncoderServer encoder = encoder(certificate.settings());
        RunningService service = serve(trust, encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      assertThat(encoder.address().getScheme()).isEqualTo("https");
      service.awaitReady(Duration.ofSeconds(30));

      assertThat(client.retrieve(request(1)).itemIds()).hasSize(5);
      JsonNode ready = client.get("/health/ready").json();
      assertThat(ready.path("encoders").path(0).path("address").asText())
          .isEqualTo(encoder.address().toString());
    }
  }

  @Test
  void tlsAndPlainEndpointsServeTogether() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, HERE);
    Map<String, String> trust = Map.of("encoder.endpoint-trust-file", certificate.pem().toString());
    try (EncoderServer byTls = encoder(certificate.settings());
        EncoderServer plain = encoder(Map.of());
        RunningService service = serve(trust, byTls.address(), plain.address());
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      Eventually.see(
          () -> client.get("/health/ready").json().path("encoders"),
          all -> all.path(0).path("models").size() == 1 && all.path(1).path("models").size() == 1);
      for (int i = 0; i < 20; i++) {
        assertThat(client.retrieve(request(i)).status()).isEqualTo(200);
      }
      assertThat(client.get("/metrics").response().body())
          .contains(okCalls(byTls.address()), okCalls(plain.address()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"untrusted", "another name"})
  void anEncoderWhoseCertificateIsNotTrustedGetsNoHistory(String flaw) throws Exception {
    boolean untrusted = flaw.equals("untrusted");
    TestCertificate certificate =
        TestCertificate.make(folder, untrusted ? HERE : "dns:encoder.example");
    Map<String, String> settings = new HashMap<>();
    settings.put("encoder.model-wait-seconds", "1");
    if (!untrusted) {
      settings.put("encoder.endpoint-trust-file", certificate.pem().toString());
    }
    try (EncoderServer encoder = encoder(certificate.settings());
        RunningService service = serve(settings, encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      String detail =
          Eventually.see(
              () -> client.get("/health/ready").json().path("detail").asText(),
              text -> text.contains("no encoder of encoder.endpoints has model"));

      assertThat(detail)
          .contains(encoder.address().toString())
          .contains(
              untrusted
                  ? "unable to find valid certification path"
                  : "No subject alternative names matching IP address 127.0.0.1");
      assertThat(client.retrieve(request(1)).status()).isEqualTo(503);
    }
  }

  @Test
  void anEncoderByTlsAnswersNobodyWithoutIt() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, HERE);
    try (EncoderServer encoder = encoder(certificate.settings());
        HttpClient trusting = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
        HttpClient other = HttpClient.newHttpClient()) {
      HttpRequest health = HttpRequest.newBuilder(encoder.address().resolve("/health")).build();
      HttpResponse<String> answer = trusting.send(health, BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      assertThatThrownBy(() -> other.send(health, BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
      URI plain = URI.create("http://127.0.0.1:%d/health".formatted(encoder.address().getPort()));
      assertThatThrownBy(
              () -> other.send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void wrongAndMissingKeysAreRefusedPerRequest() throws Exception {
    String right = keys.add("service", Role.READ).text();
    keys.add("other", Role.READ);
    try (EncoderServer encoder = encoder(Map.of("access.keys-file", keysFile.toString()));
        HttpClient http = HttpClient.newHttpClient()) {
      String model = EncoderTier.awaitModel(encoder);
      HttpRequest.Builder encode =
          HttpRequest.newBuilder(encoder.address().resolve(EncodeRequest.PATH))
              .POST(BodyPublishers.ofByteArray(EncoderTier.request(model, 1)));
      HttpRequest.Builder metrics =
          HttpRequest.newBuilder(encoder.address().resolve("/metrics")).GET();
      for (HttpRequest.Builder route : new HttpRequest.Builder[] {encode, metrics}) {
        refused(http, route.copy().build());
        refused(http, route.copy().header("Authorization", "Bearer " + wrong(right)).build());
        refused(http, route.copy().header("Authorization", "Basic " + right).build());
        HttpRequest allowed = route.copy().header("Authorization", "Bearer " + right).build();
        assertThat(http.send(allowed, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void theServiceShowsItsKeyAndRotatesItWithoutARestart() throws Exception {
    Files.writeString(keyFile, keys.add("first", Role.READ).text() + "\n");
    Map<String, String> guarded =
        Map.of("access.keys-file", keysFile.toString(), "access.reload-millis", "20");
    // Without caches every request needs the encoder.
    Map<String, String> settings =
        Map.of(
            "encoder.endpoint-key-file",
            keyFile.toString(),
            "cache.embeddings-enabled",
            "false",
            "cache.results-enabled",
            "false");
    try (EncoderServer encoder = encoder(guarded);
        RunningService service = serve(settings, encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      assertThat(client.retrieve(request(1)).status()).isEqualTo(200);

      String second = keys.add("second", Role.READ).text();
      keys.remove("first");
      Eventually.see(() -> client.retrieve(request(2)).status(), status -> status == 503);
      Files.writeString(keyFile, second);
      Eventually.see(() -> client.retrieve(request(3)).status(), status -> status == 200);
      Files.writeString(keyFile, "");
      assertThat(client.retrieve(request(4)).status()).as("the key stays").isEqualTo(200);
    }
  }

  @Test
  void aServiceWithoutTheKeySaysWhatIsMissing() throws Exception {
    keys.add("first", Role.READ);
    try (EncoderServer encoder = encoder(Map.of("access.keys-file", keysFile.toString()));
        RunningService service = serve(Map.of(), encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      Answer refused =
          Eventually.see(
              () -> client.get("/health/ready"),
              answer -> answer.response().body().contains("Authorization: Bearer KEY"));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(client.retrieve(request(1)).status()).isEqualTo(503);
    }
  }

  @Test
  void anEncoderThatOthersCanReachDoesNotStartWithoutKeys() throws Exception {
    String[] verb = {
      "encoder",
      "--generations",
      generations.store().root().toString(),
      "--engine",
      "reference",
      "--host",
      "0.0.0.0",
      "--port",
      "0"
    };
    CommandLineRun run = CommandLineRun.of(verb);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().strip())
        .hasLineCount(1)
        .startsWith("hstu: encoder-server.host=0.0.0.0 can be reached from other machines")
        .contains("set access.keys-file");
  }

  @Test
  void filesThatAreNotWhatTheyShouldBeEndTheStart() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, HERE);
    Files.writeString(certificate.passwordFile(), "wrong\n");
    assertThatThrownBy(() -> encoder(certificate.settings()).close())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("tls.key-store=" + certificate.keyStore());
    URI nowhere = URI.create("https://127.0.0.1:9");
    Files.writeString(keyFile, "\n");
    for (String key : new String[] {"encoder.endpoint-key-file", "encoder.endpoint-trust-file"}) {
      for (Path file : new Path[] {keyFile, folder.resolve("missing")}) {
        assertThatThrownBy(() -> serve(Map.of(key, file.toString()), nowhere).close())
            .isInstanceOf(InvalidSettingException.class)
            .hasMessageContaining(key + "=" + file);
      }
    }
  }

  /// The same key with its last letter changed.
  private static String wrong(String key) {
    return key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
  }

  private static void refused(HttpClient http, HttpRequest request) throws Exception {
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(new ObjectMapper().readTree(answer.body()).path("type").asText())
        .isEqualTo("urn:hstu:encoder:key-required");
  }

  private static String okCalls(URI address) {
    return "hstu_encoder_endpoint_calls_seconds_count{endpoint=\"%s\",outcome=\"ok\"}"
        .formatted(address);
  }

  private EncoderServer encoder(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(Map.of("encoder-server.port", "0"));
    all.putAll(settings);
    return EncoderServer.start(generations.configuration(all));
  }

  private RunningService serve(Map<String, String> settings, URI... encoders) {
    Map<String, String> all = new HashMap<>(EncoderTier.endpoints(encoders));
    all.putAll(settings);
    return RunningService.start(generations.configuration(all));
  }

  private static String request(int row) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":100}],\"requestTime\":5000,\"k\":5}"
        .formatted(id(row));
  }
}
