package dev.hstu.retrieval.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands beside an ensemble, made of what stands beside its members: the training record and
/// the training curves, each where every member has one.
public final class MemberCompanions {

  private MemberCompanions() {}

  /// The companions of the ensemble by file name.
  ///
  /// @param members model folders, in the order of the ensemble
  /// @throws IllegalArgumentException when members were trained on different data
  public static Map<String, byte[]> of(List<Path> members) throws IOException {
    List<TrainingRecord> records = new ArrayList<>();
    List<TrainingCurve> curves = new ArrayList<>();
    for (Path folder : members) {
      TrainingRecord.read(folder).ifPresent(records::add);
      TrainingCurve.read(folder).ifPresent(curves::add);
    }
    Map<String, byte[]> companions = new LinkedHashMap<>();
    if (records.size() == members.size()) {
      companions.putAll(TrainingRecord.ofMembers(records).companion());
    }
    if (curves.size() == members.size()) {
      companions.putAll(TrainingCurve.ofMembers(curves).companion());
    }
    return companions;
  }
}
