package dev.hstu.index.filter;

import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/// The process that [NamedSetsKillTest] kills: it replaces one set without end, each time by
/// `IDS` successive ids from a greater first one, and prints that first id once the registration
/// has returned.
final class RegisteringProcess {

  static final String SET = "blocked";
  static final int IDS = 200_000;

  private RegisteringProcess() {}

  public static void main(String[] args) throws IOException {
    NamedSets sets = NamedSets.open(Path.of(args[0]));
    NamedSet kept = sets.current().get(SET);
    long first = kept == null ? 0 : kept.ids().longAt(0);
    while (true) {
      first++;
      long[] ids = LongStream.range(first, first + IDS).toArray();
      sets.register(SET, IdTable.ofLongs(ids));
      System.out.println(first);
    }
  }
}
