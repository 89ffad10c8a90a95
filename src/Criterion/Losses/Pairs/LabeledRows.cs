using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Drivers;

namespace Criterion.Losses;

/// <summary>Anchors and items with their labels, of one floating-point type, contiguous.</summary>
internal sealed record LabeledRows(
    Tensor Queries, Tensor QueryLabels, Tensor Keys, Tensor KeyLabels, bool IsEuclidean, bool ExcludesDiagonal)
{
    static readonly PairwiseDistance Euclidean = new(epsilon: 0);

    /// <summary>Gets whether the anchors are the items.</summary>
    public bool IsOneSet => ReferenceEquals(Queries, Keys);

    /// <summary>Gets the inputs that may need gradients.</summary>
    public Tensor[] Inputs => IsOneSet ? [Queries] : [Queries, Keys];

    /// <summary>Returns the rows, checked and prepared for a distance.</summary>
    public static LabeledRows Of(
        string owner,
        EmbeddingDistance distance,
        (Tensor Rows, Tensor Labels) queries,
        (Tensor Rows, Tensor Labels)? keys,
        bool keysBeginWithQueries = false)
    {
        Check(owner, queries.Rows, queries.Labels, keys is null ? "embeddings" : "queries", keys is null ? "labels" : "queryLabels");
        if (keys is not { } items)
        {
            Tensor rows = Prepare(queries.Rows, distance);
            Tensor labels = queries.Labels.Contiguous();
            return new(rows, labels, rows, labels, distance != EmbeddingDistance.Cosine, ExcludesDiagonal: true);
        }

        Check(owner, items.Rows, items.Labels, "keys", "keyLabels");
        if (queries.Rows.Shape[1] != items.Rows.Shape[1])
        {
            throw new ShapeException($"{owner}: queries {queries.Rows.Shape} and keys {items.Rows.Shape} differ in their dimensions. "
                + "Embed both by the same model.");
        }

        if (keysBeginWithQueries && items.Rows.Shape[0] < queries.Rows.Shape[0])
        {
            throw new ShapeException($"{owner}: keys {items.Rows.Shape} cannot begin with the queries {queries.Rows.Shape}. "
                + "Join the queries and the other keys with Tensor.Cat, the queries first.");
        }

        DType type = DTypes.Promote(queries.Rows.DType, items.Rows.DType);
        return new(
            Prepare(queries.Rows.To(type), distance), queries.Labels.Contiguous(),
            Prepare(items.Rows.To(type), distance), items.Labels.Contiguous(),
            distance != EmbeddingDistance.Cosine,
            keysBeginWithQueries);
    }

    /// <summary>Evaluates a loss of rows, and adds up its gradients by the inputs where there is memory for them.</summary>
    public PairRowTotals Run<TRow>(TRow row, Tensor?[] gradients)
        where TRow : struct, IPairRow => Queries.DType.RunFloats(new Sweep<TRow>(this, row, gradients)).Totals;

    /// <summary>Counts the pairs of rows of one label, and those of others.</summary>
    public (long Similar, long Dissimilar) CountPairs()
    {
        Dictionary<long, int> items = KeyLabels.ToArray<long>().CountBy(static label => label).ToDictionary();
        long anchors = Queries.Shape[0];
        long similar = QueryLabels.ToArray<long>().Sum(label => (long)items.GetValueOrDefault(label));
        long dissimilar = (anchors * Keys.Shape[0]) - similar;
        return (ExcludesDiagonal ? similar - anchors : similar, dissimilar);
    }

    /// <summary>Multiplies gradients that no graph uses yet.</summary>
    public static void Scale(Tensor?[] gradients, double scale)
    {
        foreach (Tensor? gradient in gradients)
        {
            gradient?.DType.RunFloats(new Scaling(gradient, scale));
        }
    }

    /// <summary>Computes the distances of pairs by their indices, in tensor operations.</summary>
    public Tensor Distances(long[] queries, long[] keys)
    {
        (Tensor x, Tensor y) = (Queries.IndexSelect(0, Tensor.From(queries)), Keys.IndexSelect(0, Tensor.From(keys)));
        return IsEuclidean ? Euclidean.Forward(x, y) : 1 - (x * y).Sum(-1);
    }

    static Tensor Prepare(Tensor rows, EmbeddingDistance distance) =>
        (distance == EmbeddingDistance.Euclidean ? rows : UnitRows.Of(rows)).Contiguous();

    static void Check(string owner, Tensor rows, Tensor labels, string name, string labelName)
    {
        ArgumentNullException.ThrowIfNull(rows, name);
        ArgumentNullException.ThrowIfNull(labels, labelName);
        if (rows.Rank != 2 || rows.Shape[1] == 0)
        {
            throw new ShapeException($"{owner}: {name} must be [N, D], but is {rows.Shape}. Flatten the dimensions after 1.");
        }

        if (!rows.DType.IsFloat())
        {
            throw new DTypeException($"{owner}: {name} must be Float32 or Float64, but is {rows.DType}. "
                + "Convert it with .To(DType.Float32).");
        }

        if (labels.DType != DType.Int64)
        {
            throw new DTypeException($"{owner}: {labelName} must be Int64, but is {labels.DType}. Convert it with .To(DType.Int64).");
        }

        if (labels.Rank != 1 || labels.Shape[0] != rows.Shape[0])
        {
            throw new ShapeException($"{owner}: {labelName} must be [{rows.Shape[0]}], one label per row, but is {labels.Shape}. "
                + "Pass the labels in the order of the rows.");
        }
    }

    struct Sweep<TRow>(LabeledRows rows, TRow row, Tensor?[] gradients) : IFloatTask
        where TRow : struct, IPairRow
    {
        public PairRowTotals Totals { get; private set; }

        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Memory<T> queries = Cleared<T>(gradients.Length > 0 ? gradients[0] : null);
            Memory<T> keys = rows.IsOneSet ? queries : Cleared<T>(gradients.Length > 1 ? gradients[1] : null);
            Totals = PairRowsDriver.Run(row, new PairRowsInputs<T>(
                rows.Queries.Memory<T>(), rows.QueryLabels.Memory<long>(), rows.Keys.Memory<T>(), rows.KeyLabels.Memory<long>(),
                rows.Queries.Shape[1], rows.ExcludesDiagonal, rows.IsEuclidean, queries, keys));
        }

        static Memory<T> Cleared<T>(Tensor? gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Memory<T> memory = gradient is null ? default : gradient.Memory<T>();
            memory.Span.Clear();
            return memory;
        }
    }

    readonly struct Scaling(Tensor gradient, double scale) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<T> values = gradient.Memory<T>().Span;
            TensorPrimitives.Multiply(values, T.CreateTruncating(scale), values);
        }
    }
}
