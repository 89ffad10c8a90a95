namespace Criterion.Kernels;

/// <summary>A part of a weighted sum; no sum has more than three.</summary>
internal readonly record struct WinogradTerm(int Index, double Weight);

/// <summary>
/// One product of a short correlation:
/// (d[<paramref name="First"/>] + <paramref name="Sign"/>·d[<paramref name="Second"/>]) · Σ weight·g[tap],
/// with <paramref name="Sign"/> 0 if there is no second input. <paramref name="Kind"/> is its column in the table of
/// <see cref="WinogradAxis"/>.
/// </summary>
internal readonly record struct WinogradPoint(int Kind, int First, int Second, int Sign, WinogradTerm[] Taps);

/// <summary>
/// Along one axis, two neighbouring outputs of a correlation, y₀ = Σ d[t]·g[t] and y₁ = Σ d[stride + t]·g[t], with fewer products than two
/// for each tap.
/// </summary>
/// <remarks>
/// A stride s divides the taps into s plain correlations, and each is cut into pieces of three, two and one taps, which take 4, 3
/// and 2 products (Winograd 1980; Lavin and Gray 2016) instead of 6, 4 and 2. Every product is of one of four kinds, so that products of
/// one kind are summed before the outputs are computed:
/// <code>
/// kind   0   1   2   3
/// y₀     1   1   1   0
/// y₁     0   1  −1   1
/// </code>
/// Inputs are only added and subtracted, and weights at most halved: longer pieces would save more products and lose digits.
/// </remarks>
internal sealed class WinogradAxis
{
    public const int Kinds = 4;

    public WinogradAxis(int taps, int stride)
    {
        List<WinogradPoint> points = [];
        Taps = taps;
        Stride = stride;
        for (int phase = 0; phase < Math.Min(stride, taps); phase++)
        {
            AddPhase(points, phase, (taps - phase + stride - 1) / stride);
        }

        Points = [.. points];
        Gradients = [.. Enumerable.Range(0, taps).Select(ProductsOf)];
    }

    public int Taps { get; }

    public int Stride { get; }

    public WinogradPoint[] Points { get; }

    /// <summary>For each tap, the products whose sum is its gradient.</summary>
    public WinogradTerm[][] Gradients { get; }

    /// <summary>The inputs that the two outputs read, from the first input of the first output on.</summary>
    public int Inputs => Taps + Stride;

    /// <summary>Adds pieces of three; the last four taps are two pieces of two, which need no halves.</summary>
    void AddPhase(List<WinogradPoint> points, int phase, int taps)
    {
        int done = 0;
        while (done < taps)
        {
            int left = taps - done;
            int piece = left is 2 or 4 ? 2 : Math.Min(left, 3);
            AddPiece(points, piece, phase + (done * Stride));
            done += piece;
        }
    }

    void AddPiece(List<WinogradPoint> points, int taps, int first)
    {
        switch (taps)
        {
            case 1:
                Add(points, first, 0, 0, -1, 0, [1]);
                Add(points, first, 3, 1, -1, 0, [1]);
                break;
            case 2:
                Add(points, first, 0, 0, 1, -1, [1]);
                Add(points, first, 1, 1, -1, 0, [1, 1]);
                Add(points, first, 3, 2, 1, -1, [0, 1]);
                break;
            default:
                Add(points, first, 0, 0, 2, -1, [1]);
                Add(points, first, 1, 1, 2, 1, [0.5, 0.5, 0.5]);
                Add(points, first, 2, 2, 1, -1, [0.5, -0.5, 0.5]);
                Add(points, first, 3, 3, 1, -1, [0, 0, 1]);
                break;
        }
    }

    void Add(List<WinogradPoint> points, int origin, int kind, int first, int second, int sign, double[] weights)
    {
        WinogradTerm[] taps = [.. weights.Index().Where(w => w.Item != 0).Select(w => new WinogradTerm(At(w.Index), w.Item))];
        points.Add(new(kind, At(first), sign == 0 ? At(first) : At(second), sign, taps));

        int At(int index) => origin + (index * Stride);
    }

    WinogradTerm[] ProductsOf(int tap) =>
    [
        .. from point in Points.Index()
           from term in point.Item.Taps
           where term.Index == tap
           select new WinogradTerm(point.Index, term.Weight),
    ];
}
