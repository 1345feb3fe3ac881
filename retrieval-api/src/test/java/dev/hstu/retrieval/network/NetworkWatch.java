package dev.hstu.retrieval.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// Sees what this process does on the network beyond loopback, three ways: names it looks up
/// (refused by [LocalNamesOnly]), bytes its Java sockets read and write (flight recorder), and
/// all sockets it has open, native ones included, looked at every few milliseconds.
public final class NetworkWatch {

  private static final int LOOK_EVERY_MILLIS = 5;

  private final int refusedBefore = LocalNamesOnly.refused().size();
  private final Set<String> sockets = new ConcurrentSkipListSet<>();
  private final Recording recording = new Recording();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("network-watch").factory());

  private NetworkWatch() {}

  /// Begins to watch.
  public static NetworkWatch begin() {
    NetworkWatch watch = new NetworkWatch();
    for (String event : List.of("jdk.SocketRead", "jdk.SocketWrite")) {
      watch.recording.enable(event).withThreshold(Duration.ZERO).withoutStackTrace();
    }
    watch.recording.start();
    ScheduledFuture<?> _ =
        watch.looking.scheduleAtFixedRate(watch::look, 0, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  /// Ends the watch.
  ///
  /// @return one line for each name or address beyond loopback
  public Set<String> end() throws IOException {
    look();
    looking.shutdownNow();
    Set<String> seen = new TreeSet<>(sockets);
    List<String> refused = LocalNamesOnly.refused();
    refused.subList(refusedBefore, refused.size()).forEach(name -> seen.add("lookup of " + name));
    seen.addAll(recorded());
    return seen;
  }

  private void look() {
    try {
      sockets.addAll(OpenSockets.beyondLoopback());
    } catch (IOException e) {
      sockets.add("sockets cannot be listed: " + e);
    }
  }

  private Set<String> recorded() throws IOException {
    Set<String> seen = new TreeSet<>();
    Path file = Files.createTempFile("network", ".jfr");
    try (recording) {
      recording.stop();
      recording.dump(file);
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        String address = event.getString("address");
        if (address != null && !address.isEmpty() && !isLoopback(address)) {
          seen.add(event.getEventType().getName() + " " + address);
        }
      }
    } finally {
      Files.delete(file);
    }
    return seen;
  }

  private static boolean isLoopback(String literal) throws UnknownHostException {
    return InetAddress.ofLiteral(literal).isLoopbackAddress();
  }
}
