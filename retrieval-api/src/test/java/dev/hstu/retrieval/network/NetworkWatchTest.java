package dev.hstu.retrieval.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The watch that other tests rely on sees what it is there to see.
class NetworkWatchTest {

  @BeforeEach
  void requireLinux() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/net")), "sockets can be listed on Linux only");
  }

  @Test
  void aNameOutsideIsRefusedAndSeen() throws IOException {
    NetworkWatch watch = NetworkWatch.begin();

    assertThatThrownBy(() -> InetAddress.getAllByName("telemetry.example.org"))
        .isInstanceOf(UnknownHostException.class);

    assertThat(watch.end()).containsExactly("lookup of telemetry.example.org");
  }

  @Test
  void aSocketThatListensBeyondLoopbackIsSeen() throws IOException {
    NetworkWatch watch = NetworkWatch.begin();
    try (ServerSocket open = new ServerSocket(0)) {
      assertThat(open.isBound()).isTrue();

      assertThat(watch.end()).anyMatch(line -> line.contains("listens on"));
    }
  }

  @Test
  void aSocketConnectedBeyondLoopbackIsSeen() throws IOException {
    NetworkWatch watch = NetworkWatch.begin();
    // Connecting a datagram socket sends nothing; the address is set aside for documentation.
    try (DatagramChannel channel = DatagramChannel.open()) {
      try {
        channel.connect(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 9));
      } catch (SocketException e) {
        watch.end();
        assumeTrue(false, "no route out of this machine, so nothing can leave it: " + e);
      }
      assertThat(watch.end()).anyMatch(line -> line.endsWith("to 192.0.2.1"));
    }
  }

  @Test
  void loopbackIsNobodysBusiness() throws IOException {
    NetworkWatch watch = NetworkWatch.begin();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
        Socket client = new Socket("localhost", server.getLocalPort());
        Socket accepted = server.accept()) {
      client.getOutputStream().write(7);
      assertThat(accepted.getInputStream().read()).isEqualTo(7);
    }
    assertThat(watch.end()).isEmpty();
  }
}
