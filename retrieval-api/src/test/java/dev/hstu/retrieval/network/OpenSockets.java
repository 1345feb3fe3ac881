package dev.hstu.retrieval.network;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The sockets of this process, as Linux lists them in `/proc`; native code's are among them.
final class OpenSockets {

  private static final Path PROC = Path.of("/proc/self");
  private static final String LISTENING = "0A";

  private OpenSockets() {}

  /// Remote addresses beyond loopback that sockets are connected or connecting to, and addresses
  /// beyond loopback that they listen on.
  static Set<String> beyondLoopback() throws IOException {
    Set<String> inodes = ownInodes();
    Set<String> found = new TreeSet<>();
    for (String table : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
      for (String line : Files.readAllLines(PROC.resolve("net").resolve(table))) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > 9 && inodes.contains(columns[9])) {
          InetAddress local = address(columns[1]);
          InetAddress remote = address(columns[2]);
          if (!remote.isLoopbackAddress() && !remote.isAnyLocalAddress()) {
            found.add(table + " to " + remote.getHostAddress());
          }
          if (columns[3].equals(LISTENING) && !local.isLoopbackAddress()) {
            found.add(table + " listens on " + local.getHostAddress());
          }
        }
      }
    }
    return found;
  }

  /// Inode numbers of this process's sockets.
  private static Set<String> ownInodes() throws IOException {
    try (Stream<Path> descriptors = Files.list(PROC.resolve("fd"))) {
      return descriptors
          .map(OpenSockets::target)
          .filter(target -> target.startsWith("socket:["))
          .map(target -> target.substring("socket:[".length(), target.length() - 1))
          .collect(Collectors.toSet());
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed since it was listed
    }
  }

  /// Reads `0100007F:1F90`: 32-bit words in the machine's byte order, then the port.
  private static InetAddress address(String column) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(column, 0, column.indexOf(':'));
    for (int word = 0; word < bytes.length; word += Integer.BYTES) {
      swap(bytes, word, word + 3);
      swap(bytes, word + 1, word + 2);
    }
    return InetAddress.getByAddress(bytes);
  }

  private static void swap(byte[] bytes, int i, int j) {
    byte kept = bytes[i];
    bytes[i] = bytes[j];
    bytes[j] = kept;
  }
}
