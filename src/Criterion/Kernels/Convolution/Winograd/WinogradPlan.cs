using System.Collections.Concurrent;

namespace Criterion.Kernels;

/// <summary>One product of a tile of 2 × 2 outputs: a product along the lines with one along the columns.</summary>
internal readonly record struct WinogradPair(WinogradPoint Row, WinogradPoint Column)
{
    public int Kind => (Row.Kind * WinogradAxis.Kinds) + Column.Kind;
}

/// <summary>The products of a tile of 2 × 2 outputs, ordered by kind: one matrix product sums those of one kind.</summary>
internal sealed class WinogradPlan
{
    public const int Kinds = WinogradAxis.Kinds * WinogradAxis.Kinds;

    static readonly ConcurrentDictionary<(int, int, int, int), WinogradPlan> Plans = new();

    readonly int[] _starts = new int[Kinds + 1];
    readonly int[] _indices;
    readonly WinogradTerm[][] _columnGradients;

    WinogradPlan(WinogradAxis rows, WinogradAxis columns)
    {
        Rows = rows;
        Columns = columns;
        WinogradPair[] pairs =
            [.. rows.Points.SelectMany(row => columns.Points.Select(column => new WinogradPair(row, column)))];
        Pairs = [.. pairs.OrderBy(static pair => pair.Kind)];
        _indices = [.. pairs.Select(pair => Array.IndexOf(Pairs, pair))];
        _columnGradients =
        [
            .. from row in Enumerable.Range(0, rows.Points.Length)
               from terms in columns.Gradients
               select IndicesOf(row, terms),
        ];
        for (int kind = 0; kind < Kinds; kind++)
        {
            _starts[kind + 1] = _starts[kind] + Pairs.Count(pair => pair.Kind == kind);
        }
    }

    public WinogradAxis Rows { get; }

    public WinogradAxis Columns { get; }

    public WinogradPair[] Pairs { get; }

    public static WinogradPlan Of(int rowTaps, int rowStride, int columnTaps, int columnStride) => Plans.GetOrAdd(
        (rowTaps, rowStride, columnTaps, columnStride),
        static key => new(new(key.Item1, key.Item2), new(key.Item3, key.Item4)));

    /// <summary>Returns the index of the pair of two points.</summary>
    public int IndexOf(int row, int column) => _indices[(row * Columns.Points.Length) + column];

    /// <summary>Returns the pairs of a row's point whose sum is that row's part of the gradient of a column's tap.</summary>
    public WinogradTerm[] ColumnGradient(int row, int tap) => _columnGradients[(row * Columns.Taps) + tap];

    /// <summary>Returns the range of the pairs of one kind, from <c>Begin</c> to before <c>End</c>.</summary>
    public (int Begin, int End) OfKind(int kind) => (_starts[kind], _starts[kind + 1]);

    WinogradTerm[] IndicesOf(int row, WinogradTerm[] columns) =>
        [.. columns.Select(term => term with { Index = IndexOf(row, term.Index) })];
}
