using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>The classes of queries and keys: the positives of a query are the keys of its class.</summary>
/// <param name="Queries">The class of each query.</param>
/// <param name="Keys">The class of each key.</param>
/// <param name="Count">The number of classes.</param>
/// <param name="ExcludesOwn">Whether the first keys are the queries: none is a positive of itself.</param>
internal sealed record PositiveClasses(long[] Queries, long[] Keys, int Count, bool ExcludesOwn);

/// <summary>
/// The dot products of each query with the sum of its positives. Sums over classes take the place of pairs, and no pair is visited.
/// </summary>
/// <param name="Classes">The classes.</param>
/// <param name="Queries">The queries, [N, Width].</param>
/// <param name="Keys">The keys, [M, Width].</param>
/// <param name="Width">The number of elements of a row.</param>
internal readonly record struct PositiveSums(PositiveClasses Classes, Elements Queries, Elements Keys, int Width)
{
    /// <summary>Writes the dot product of each query.</summary>
    /// <param name="products">Receives the products, [N], Float64.</param>
    public void Write(Elements products)
    {
        if (Queries.DType == DType.Float32)
        {
            Write<float>(products.Span<double>());
        }
        else
        {
            Write<double>(products.Span<double>());
        }
    }

    /// <summary>
    /// Adds the gradients of Σ aᵢ · the dot product of query i. Where queries and keys are the same, both may be in the same memory.
    /// </summary>
    /// <param name="factors">The factors a, [N], Float64.</param>
    /// <param name="ofQueries">Where the gradient by the queries is added; default where it is not needed.</param>
    /// <param name="ofKeys">Where the gradient by the keys is added; default where it is not needed.</param>
    public void Differentiate(Elements factors, Elements ofQueries, Elements ofKeys)
    {
        if (Queries.DType == DType.Float32)
        {
            Differentiate<float>(factors.Span<double>(), ofQueries, ofKeys);
        }
        else
        {
            Differentiate<double>(factors.Span<double>(), ofQueries, ofKeys);
        }
    }

    void Write<S>(Span<double> products)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using Scratch sums = SumByClass<S>(Keys, Classes.Keys, default);
        for (int i = 0; i < products.Length; i++)
        {
            Span<S> query = Row<S>(Queries, i);
            S all = TensorPrimitives.Dot<S>(query, Row<S>(sums.Elements, Classes.Queries[i]));
            S own = Classes.ExcludesOwn ? TensorPrimitives.Dot<S>(query, Row<S>(Keys, i)) : S.Zero;
            products[i] = double.CreateTruncating(all) - double.CreateTruncating(own);
        }
    }

    void Differentiate<S>(ReadOnlySpan<double> factors, Elements ofQueries, Elements ofKeys)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using Scratch sums = SumByClass<S>(Keys, Classes.Keys, default);
        using Scratch scaled = SumByClass<S>(Queries, Classes.Queries, factors);
        for (int i = 0; i < factors.Length; i++)
        {
            Add<S>(ofQueries, i, factors[i], sums.Elements, Classes.Queries[i]);
            if (Classes.ExcludesOwn)
            {
                Add<S>(ofQueries, i, -factors[i], Keys, i);
                Add<S>(ofKeys, i, -factors[i], Queries, i);
            }
        }

        for (int i = 0; i < Classes.Keys.Length; i++)
        {
            Add<S>(ofKeys, i, 1, scaled.Elements, Classes.Keys[i]);
        }
    }

    /// <summary>Rents the sum of the rows of each class, times a factor for each row; by default 1.</summary>
    Scratch SumByClass<S>(Elements rows, long[] classes, ReadOnlySpan<double> factors)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        Scratch sums = new(rows.DType, Classes.Count * Width);
        sums.Fill(0);
        for (int i = 0; i < classes.Length; i++)
        {
            Add<S>(sums.Elements, classes[i], factors.IsEmpty ? 1 : factors[i], rows, i);
        }

        return sums;
    }

    Span<S> Row<S>(Elements rows, long index)
        where S : unmanaged => rows.Rows<S>((int)index, (int)index + 1, Width);

    void Add<S>(Elements target, long to, double factor, Elements rows, long from)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (!target.IsEmpty)
        {
            Span<S> sum = Row<S>(target, to);
            TensorPrimitives.MultiplyAdd(Row<S>(rows, from), S.CreateTruncating(factor), sum, sum);
        }
    }
}
