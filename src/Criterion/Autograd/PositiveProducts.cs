using Criterion.Drivers;

namespace Criterion;

/// <summary>
/// The dot products of each query with the sum of its positives. Value and first gradient come from sums over classes without a copy of
/// the rows, higher derivatives from tensor operations.
/// </summary>
internal static class PositiveProducts
{
    /// <summary>Computes the products [N] of queries [N, D] and keys [M, D] of one type; 0 of a query without positives.</summary>
    public static Tensor Of(PositiveClasses classes, Tensor queries, Tensor keys)
    {
        State state = new(classes, queries.Contiguous(), keys.Contiguous());
        Tensor products = Tensor.Empty([queries.Shape[0]], DType.Float64);
        state.Sums.Write(products.Elements);
        return Autograd.Record(
            "positive products",
            products.To(queries.DType),
            [state.Queries, state.Keys],
            state,
            [state.Queries, state.Keys],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.Queries, of.Keys], of.Composed, g)
                : of.Differentiate(g));
    }

    readonly record struct State(PositiveClasses Classes, Tensor Queries, Tensor Keys)
    {
        public PositiveSums Sums => new(Classes, Queries.Elements, Keys.Elements, Queries.Shape[1]);

        public Tensor?[] Differentiate(Tensor g)
        {
            bool isOneSet = ReferenceEquals(Queries, Keys);
            Tensor? ofQueries = Queries.Node is null ? null : Tensor.ZerosLike(Queries);
            Tensor? ofKeys = Keys.Node is null || isOneSet ? null : Tensor.ZerosLike(Keys);
            Sums.Differentiate(
                g.To(DType.Float64).Contiguous().Elements,
                ofQueries?.Elements ?? default,
                (isOneSet ? ofQueries : ofKeys)?.Elements ?? default);
            return [ofQueries, ofKeys];
        }

        public Tensor Composed()
        {
            Tensor index = Tensor.From(Classes.Keys).Unsqueeze(1).Expand(Keys.Shape);
            Tensor sums = Tensor.Zeros([Classes.Count, Keys.Shape[1]], Keys.DType).ScatterAdd(0, index, Keys);
            Tensor positives = sums.IndexSelect(0, Tensor.From(Classes.Queries));
            return (Queries * (Classes.ExcludesOwn ? positives - Keys.Narrow(0, 0, Queries.Shape[0]) : positives)).Sum(1);
        }
    }
}
