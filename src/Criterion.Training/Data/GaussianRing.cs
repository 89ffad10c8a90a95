namespace Criterion.Training;

/// <summary>
/// Equally likely Gaussians around a circle, a test of whether a generator drops modes. Source: Metz, Poole, Pfau, Sohl-Dickstein,
/// Unrolled generative adversarial networks, 2016: 8 modes, radius 2, deviation 0.02. (The radius of 1 and deviation of 0.01 of Lin et
/// al., PacGAN, 2017, are the same at another scale.)
/// </summary>
public sealed record GaussianRing
{
    /// <summary>The name of the default ring as a source of data.</summary>
    public const string Name = "ring";

    /// <summary>Initializes the ring.</summary>
    /// <param name="modes">The number of Gaussians.</param>
    /// <param name="radius">The distance of their centres from the origin.</param>
    /// <param name="deviation">Their standard deviation along each axis.</param>
    public GaussianRing(int modes = 8, double radius = 2, double deviation = 0.02) =>
        (Modes, Radius, Deviation) = (modes, radius, deviation);

    /// <summary><inheritdoc cref="GaussianRing(int, double, double)" path="/param[@name='modes']/node()"/></summary>
    public int Modes
    {
        get;
        init => field = value > 0
            ? value
            : throw new TrainingException($"GaussianRing: the number of modes must be at least 1, but is {value}. Give a positive number.");
    }

    /// <summary><inheritdoc cref="GaussianRing(int, double, double)" path="/param[@name='radius']/node()"/></summary>
    public double Radius { get; init => field = Positive(value, "radius"); }

    /// <summary><inheritdoc cref="GaussianRing(int, double, double)" path="/param[@name='deviation']/node()"/></summary>
    public double Deviation { get; init => field = Positive(value, "deviation"); }

    /// <summary>Gets the centres of the modes, counterclockwise from the x axis.</summary>
    internal (double X, double Y)[] Centres =>
        [.. Enumerable.Range(0, Modes).Select(i => Math.SinCos(i * Math.Tau / Modes))
            .Select(angle => (Radius * angle.Cos, Radius * angle.Sin))];

    /// <summary>Draws points of the ring, each labelled with its mode.</summary>
    /// <param name="count">The number of points. Default: as many as the authors of PacGAN train on.</param>
    /// <param name="seed">The seed. Default: 0.</param>
    public PointDataset Draw(int count = 100_000, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        RandomStream random = new(seed);
        Tensor modes = Tensor.RandInt(0, Modes, [count], random);
        float[] centres = [.. Centres.SelectMany(centre => new[] { (float)centre.X, (float)centre.Y })];
        Tensor points = Tensor.From(centres, [Modes, 2]).IndexSelect(0, modes) + (Deviation * Tensor.Randn([count, 2], random: random));
        return new PointDataset(Name, points, modes, this);
    }

    static double Positive(double value, string what) => value > 0 && double.IsFinite(value)
        ? value
        : throw new TrainingException($"GaussianRing: the {what} must be positive and finite, but is {NumberText.Format(value)}. "
            + "Give a positive number.");
}
