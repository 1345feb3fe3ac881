package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.access.TlsKeyStore;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.ServingSettings;
import java.util.Map;

/// The server's own TLS settings, from ours.
final class TlsProperties {

  private TlsProperties() {}

  /// None where HTTP is served.
  ///
  /// @throws dev.hstu.retrieval.config.InvalidSettingException when the key store can't be opened
  static Map<String, Object> of(ServiceConfiguration configuration) {
    return TlsKeyStore.open(configuration.tls())
        .map(keyStore -> of(configuration.serving(), keyStore))
        .orElse(Map.of());
  }

  private static Map<String, Object> of(ServingSettings serving, TlsKeyStore keyStore) {
    return Map.of(
        "micronaut.server.ssl.enabled",
        true,
        "micronaut.server.ssl.port",
        serving.port() == 0 ? -1 : serving.port(),
        "micronaut.server.ssl.protocols",
        "TLSv1.3,TLSv1.2",
        "micronaut.server.ssl.key-store.type",
        TlsKeyStore.TYPE,
        "micronaut.server.ssl.key-store.path",
        "file:" + keyStore.file().toAbsolutePath(),
        "micronaut.server.ssl.key-store.password",
        keyStore.password());
  }
}
