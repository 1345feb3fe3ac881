package dev.hstu.retrieval.tier;

import dev.hstu.retrieval.config.EndpointSettings;
import dev.hstu.retrieval.config.InvalidSettingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

/// Whose certificates a service takes from `https` endpoints.
final class EndpointTrust {

  private EndpointTrust() {}

  /// The configured certificates; empty trusts whom Java trusts.
  ///
  /// @throws InvalidSettingException when the file holds none
  static Optional<PemTrustOptions> of(EndpointSettings settings) {
    return settings.trustFile().map(EndpointTrust::read);
  }

  private static PemTrustOptions read(Path file) {
    try {
      byte[] pem = Files.readAllBytes(file);
      if (CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))
          .isEmpty()) {
        throw new CertificateException("there is no certificate in it");
      }
      return new PemTrustOptions().addCertValue(Buffer.buffer(pem));
    } catch (IOException | CertificateException e) {
      throw new InvalidSettingException(
          "encoder.endpoint-trust-file=%s cannot be read (%s); give a file of PEM certificates"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
