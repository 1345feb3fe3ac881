package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.ServingSettings;
import dev.hstu.retrieval.config.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;

/// The server's own TLS settings, from ours. The key store is opened here first, since the server
/// names neither the file nor the setting when it can't.
final class TlsProperties {

  private static final String TYPE = "PKCS12";

  private TlsProperties() {}

  /// None where HTTP is served.
  ///
  /// @throws ServiceStartException when the key store can't be opened with the password
  static Map<String, Object> of(ServiceConfiguration configuration) {
    TlsSettings tls = configuration.tls();
    if (tls.keyStore().isEmpty() || tls.passwordFile().isEmpty()) {
      return Map.of();
    }
    ServingSettings serving = configuration.serving();
    return Map.of(
        "micronaut.server.ssl.enabled",
        true,
        "micronaut.server.ssl.port",
        serving.port() == 0 ? -1 : serving.port(),
        "micronaut.server.ssl.protocols",
        "TLSv1.3,TLSv1.2",
        "micronaut.server.ssl.key-store.type",
        TYPE,
        "micronaut.server.ssl.key-store.path",
        "file:" + tls.keyStore().get().toAbsolutePath(),
        "micronaut.server.ssl.key-store.password",
        password(tls.keyStore().get(), tls.passwordFile().get()));
  }

  private static String password(Path keyStore, Path file) {
    try (InputStream bytes = Files.newInputStream(keyStore)) {
      String password =
          Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse("");
      KeyStore.getInstance(TYPE).load(bytes, password.toCharArray());
      return password;
    } catch (IOException | GeneralSecurityException e) {
      throw ServiceStartException.unusableTls(keyStore, file, e);
    }
  }
}
