package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for every connection: headers on every kind of answer, an end to slow clients, and a
/// bound on how many there are.
class ConnectionRulesTest {

  private static final int MAX_CONNECTIONS = 20;

  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "connections.request-seconds", "1",
                    "connections.upload-bytes-per-second", "1000",
                    "serving.idle-seconds", "2",
                    "serving.max-header-bytes", "2048",
                    "serving.max-body-bytes", "2048")));
    service.awaitReady(Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200 GET /health/live",
        "404 GET /nothing",
        "405 GET /retrieve",
        "400 GET /%zz",
        "400 POST /retrieve",
        "413 POST /retrieve",
        "431 GET /long"
      })
  void everyAnswerTellsBrowsersToKeepOff(String wanted) throws IOException {
    String[] words = wanted.split(" ");
    String head =
        "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n".formatted(words[1], words[2]);
    if (words[1].equals("POST")) {
      head +=
          "Content-Type: application/json\r\nContent-Length: %s\r\n"
              .formatted(words[0].equals("413") ? "3000" : "0");
    }
    if (words[0].equals("431")) {
      head += "X: " + "x".repeat(4_000) + "\r\n";
    }
    String body = words[0].equals("413") ? "x".repeat(3_000) : "";
    String answer = answer(service, head + "\r\n" + body);

    assertThat(answer).startsWith("HTTP/1.1 " + (words[0].equals("431") ? "4" : words[0]));
    assertThat(answer.toLowerCase(Locale.ROOT))
        .contains("\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n")
        .contains("\r\nx-content-type-options: nosniff\r\n")
        .contains("\r\nx-frame-options: deny\r\n")
        .contains("\r\nreferrer-policy: no-referrer\r\n")
        .contains("\r\ncross-origin-resource-policy: same-origin\r\n")
        .contains("\r\ncache-control: no-store\r\n")
        .doesNotContain("strict-transport-security", "\r\nserver:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/errors"})
  void aPageLoadsFromItsOwnServiceOnlyAndStandsInNoFrame(String page) throws IOException {
    String answer =
        answer(
            service,
            "GET %s HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
                .formatted(page));
    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(answer.toLowerCase(Locale.ROOT))
        .contains("\r\ncontent-type: text/html")
        .contains(
            "\r\ncontent-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
            " connect-src 'self';",
            " frame-ancestors 'none'\r\n")
        .doesNotContain("unsafe-inline")
        .contains("\r\nx-frame-options: deny\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health/live HTTP/1.1\r\nX: ",
        "POST /retrieve HTTP/1.1\r\n"
            + "Host: a\r\n"
            + "Content-Type: application/json\r\n"
            + "Content-Length: 1000\r\n\r\n"
      })
  void aRequestSentByteByByteIsCutOff(String begin) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      long start = System.nanoTime();
      OutputStream out = socket.getOutputStream();
      out.write(begin.getBytes(StandardCharsets.US_ASCII));
      assertThat(cutOffWhileDripping(out)).isTrue();
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
    }
  }

  private static boolean cutOffWhileDripping(OutputStream out) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 200; i++) {
      try {
        out.write(' ');
      } catch (IOException e) {
        return true;
      }
      if (never.await(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "x", "gzip, gzip"})
  void aCompressedBodyIsRefusedUnread(String encoding) throws IOException {
    String answer =
        answer(
            service,
            "POST /retrieve HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "Content-Type: application/json\r\n"
                + "Connection: close\r\n"
                + "Content-Encoding: %s\r\nContent-Length: 2\r\n\r\n{}".formatted(encoding));

    assertThat(answer).startsWith("HTTP/1.1 415").contains("Content-Encoding is not unpacked here");
  }

  @Test
  void anIdleConnectionIsClosed() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket.setSoTimeout(20_000);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAndTheOthersServe() throws Exception {
    String request = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    // No connection may be closed for being idle before all are open.
    try (RunningService patient =
        RunningService.start(
            new TinyGenerations(folder.resolve("patient"))
                .configuration(
                    Map.of(
                        "connections.max",
                        Integer.toString(MAX_CONNECTIONS),
                        "serving.idle-seconds",
                        "120")))) {
      ConnectionRules connections = ServiceBeans.of(patient, ConnectionRules.class);
      Socket[] sockets = new Socket[MAX_CONNECTIONS];
      try {
        for (int i = 0; i < sockets.length; i++) {
          sockets[i] = new Socket(InetAddress.getLoopbackAddress(), patient.port());
        }
        Eventually.see(connections::open, open -> open == MAX_CONNECTIONS);
        assertThat(answer(patient, request)).isEmpty();
      } finally {
        for (Socket socket : sockets) {
          if (socket != null) {
            socket.close();
          }
        }
      }
      Eventually.see(connections::open, open -> open == 0);
      assertThat(answer(patient, request)).startsWith("HTTP/1.1 200");
    }
  }

  /// All the server says, empty where it closed without a word.
  private static String answer(RunningService from, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), from.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    }
  }
}
