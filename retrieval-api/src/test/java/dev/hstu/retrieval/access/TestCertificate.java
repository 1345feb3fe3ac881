package dev.hstu.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A self-signed certificate of a test's own, in the files that settings name.
///
/// @param keyStore PKCS #12
/// @param passwordFile with its password
/// @param pem the certificate alone
public record TestCertificate(Path keyStore, Path passwordFile, Path pem) {

  /// Of every key store made here.
  public static final String PASSWORD = "correct horse";

  private static final String ALIAS = "hstu";

  /// Makes one by the JDK's own tool.
  ///
  /// @param names as keytool takes them: `dns:localhost,ip:127.0.0.1`
  public static TestCertificate make(Path folder, String names) throws Exception {
    Path keyStore = folder.resolve("tls.p12");
    Path passwordFile = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                ALIAS,
                "-dname",
                "CN=test",
                "-ext",
                "san=" + names,
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
    return new TestCertificate(
        keyStore,
        passwordFile,
        Files.writeString(folder.resolve("tls.pem"), pem(certificate(keyStore))));
  }

  /// Settings of a server that has it.
  public Map<String, String> settings() {
    return Map.of(
        "tls.key-store", keyStore.toString(), "tls.password-file", passwordFile.toString());
  }

  /// For a client that trusts this certificate alone.
  public SSLContext trusting() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, certificate(keyStore));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static Certificate certificate(Path keyStore)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(keyStore)) {
      store.load(bytes, PASSWORD.toCharArray());
    }
    return store.getCertificate(ALIAS);
  }

  private static String pem(Certificate certificate) throws GeneralSecurityException {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(body);
  }
}
