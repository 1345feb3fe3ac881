package dev.hstu.retrieval;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version the build stamped into this jar.
public final class Version implements IVersionProvider {

  /// E.g. `0.1.0-SNAPSHOT`; written to files and shown by `hstu --version`.
  public static String current() {
    Properties properties = new Properties();
    try (InputStream stream = Version.class.getResourceAsStream("/dev/hstu/version.properties")) {
      properties.load(stream);
    } catch (IOException e) {
      throw new IllegalStateException("version.properties of this jar cannot be read", e);
    }
    return properties.getProperty("version");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "hstu " + current() + " on Java " + Runtime.version() + ", " + System.getProperty("os.arch")
    };
  }
}
