using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>
    /// Sums a formula of the dot products of each row with all keys, in tiles: a large matrix of them is never in memory. The first
    /// gradient computes the tiles again, higher derivatives take the whole matrix in tensor operations.
    /// </summary>
    /// <param name="formula">The formula.</param>
    /// <param name="queries">The rows, [N, D].</param>
    /// <param name="keys">The keys, [N, D], of the same type; the own key of a row has its index.</param>
    /// <returns>The sum of each row, [N].</returns>
    internal static Tensor Pairs<TFormula>(TFormula formula, Tensor queries, Tensor keys)
        where TFormula : struct, IPairFormula
    {
        PairState<TFormula> state = new(formula, queries.Contiguous(), keys.Contiguous(), null);
        state = state with { Kept = KeptTiles(state.Tiles, state.Queries, state.Keys) };
        Tensor sums = Tensor.Empty([queries.Shape[0]], DType.Float64);
        PairTilesDriver.Sum(formula, state.Tiles, sums.Elements);
        return Autograd.Record(
            Name<TFormula>(),
            sums.To(queries.DType),
            [state.Queries, state.Keys, state.Kept],
            state,
            [state.Queries, state.Keys],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.Queries, of.Keys], of.Composed, g)
                : of.Differentiate(g));
    }

    /// <summary>Returns memory that keeps the similarities for the gradient if they are few enough.</summary>
    static Tensor? KeptTiles(in SimilarityTiles tiles, params ReadOnlySpan<Tensor?> inputs) =>
        tiles.KeptElements > 0 && Autograd.IsRecorded(inputs) ? Tensor.Empty([tiles.KeptElements], tiles.Rows.DType) : null;

    /// <summary>The operands of a sum over pairs, and their similarities if they are kept.</summary>
    readonly record struct PairState<TFormula>(TFormula Formula, Tensor Queries, Tensor Keys, Tensor? Kept)
        where TFormula : struct, IPairFormula
    {
        public SimilarityTiles Tiles => new(Queries.Elements, Keys.Elements, Queries.Shape[1], Kept: Kept?.Elements ?? default);

        public Tensor?[] Differentiate(Tensor g)
        {
            Tensor? ofQueries = Queries.Node is null ? null : Tensor.ZerosLike(Queries);
            Tensor? ofKeys = Keys.Node is null ? null : Tensor.ZerosLike(Keys);
            Elements factors = g.To(DType.Float64).Contiguous().Elements;
            PairTilesDriver.Differentiate(Formula, Tiles, factors, ofQueries?.Elements ?? default, ofKeys?.Elements ?? default);
            return [ofQueries, ofKeys];
        }

        public Tensor Composed()
        {
            Tensor similarities = Queries.MatMul(Keys.Transpose());
            Tensor index = Tensor.Arange(Queries.Shape[0]);
            Tensor own = Formula.Own(new TensorReal(similarities)).ToTensor(similarities);
            Tensor other = Formula.Other(new TensorReal(similarities)).ToTensor(similarities);
            return Tensor.Where(index.Unsqueeze(1).EqualTo(index.Unsqueeze(0)), own, other).Sum(1);
        }
    }
}
