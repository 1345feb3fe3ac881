package dev.hstu.retrieval.gate;

import dev.hstu.encoder.model.Model;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;

/// One pass over the item vectors of a generation beside those its model has for the same ids.
///
/// @param checked items looked at
/// @param zero vectors without a direction
/// @param notUnit other vectors whose norm isn't 1
/// @param known items of the model's vocabulary among those checked
/// @param foreign known items whose vector is not the model's for that id
/// @param meanEmbeddingNorm of the model's embeddings of the known items, before normalising
record VectorSurvey(
    int checked, int zero, int notUnit, int known, int foreign, double meanEmbeddingNorm) {

  /// Farthest a value may be from the model's: room for another writer's float arithmetic.
  private static final double VALUE_TOLERANCE = 1e-3;

  /// Below this a vector has no direction.
  private static final double ZERO_NORM = 1e-6;

  /// Looks at every item, or at `most` spread evenly.
  static VectorSurvey of(JudgedGeneration judged, int most) {
    return new Pass(judged.generation().vectors(), judged.ids(), judged.model()).run(most);
  }

  double zeroShare() {
    return share(zero, checked);
  }

  double notUnitShare() {
    return share(notUnit, checked);
  }

  double foreignShare() {
    return share(foreign, known);
  }

  /// Items of the catalogue that the model has no row for.
  double unknownShare() {
    return share(checked - known, checked);
  }

  private static double share(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /// The scratch memory of one pass.
  private static final class Pass {
    private final VectorMatrix matrix;
    private final IdTable ids;
    private final Model model;
    private final float[] stored;
    private final float[] own;
    private int checked;
    private int zero;
    private int notUnit;
    private int known;
    private int foreign;
    private double embeddingNorms;

    Pass(VectorMatrix matrix, IdTable ids, Model model) {
      this.matrix = matrix;
      this.ids = ids;
      this.model = model;
      this.stored = new float[matrix.dimension()];
      this.own = new float[model.config().embeddingDim()];
    }

    VectorSurvey run(int most) {
      int step = RowStride.of(matrix.rows(), most);
      for (long row = 0; row < matrix.rows(); row += step) {
        look((int) row);
      }
      return new VectorSurvey(
          checked, zero, notUnit, known, foreign, known == 0 ? 0 : embeddingNorms / known);
    }

    private void look(int row) {
      checked++;
      matrix.copyRow(row, stored);
      double norm = norm(stored);
      if (norm < ZERO_NORM) {
        zero++;
      } else if (!(Math.abs(norm - 1) <= ItemVectors.NORM_TOLERANCE)) {
        notUnit++;
      }
      int modelRow = modelRow(row);
      if (modelRow != IdTable.NOT_FOUND) {
        known++;
        model.copyItemVector(modelRow + 1L, own, 0);
        foreign += isForeign() ? 1 : 0;
        embeddingNorms += model.embeddingNorm(modelRow + 1L);
      }
    }

    private int modelRow(int row) {
      return ids.type() == IdType.INT64
          ? model.vocabulary().rowOf(ids.longAt(row))
          : model.vocabulary().rowOf(ids.idAt(row));
    }

    private boolean isForeign() {
      for (int i = 0; i < stored.length; i++) {
        // Written so that NaN, which compares false, counts.
        if (!(Math.abs(stored[i] - own[i]) <= VALUE_TOLERANCE)) {
          return true;
        }
      }
      return false;
    }

    private static double norm(float[] vector) {
      double squares = 0;
      for (float value : vector) {
        squares += (double) value * value;
      }
      return Math.sqrt(squares);
    }
  }
}
