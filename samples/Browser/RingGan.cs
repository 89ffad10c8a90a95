using System.Diagnostics;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Samples.Browser;

/// <summary>
/// A GAN of eight Gaussians on a circle, a test of whether a generator drops modes. Source: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled
/// generative adversarial networks, 2016.
/// </summary>
internal sealed class RingGan
{
    const int Batch = 64;
    const int Latent = 8;
    const int Width = 32;
    const int ModeCount = 8;
    const double Radius = 2;
    const double Deviation = 0.05;
    const double LearningRate = 2e-3;

    static readonly Dictionary<string, GanLoss> ByName = new()
    {
        ["non-saturating"] = new NonSaturatingGanLoss(),
        ["hinge"] = new HingeGanLoss(),
        ["least squares"] = new LeastSquaresGanLoss(),
        ["relativistic"] = new RelativisticPairedLogisticGanLoss(),
    };

    readonly GanLoss _loss;
    readonly R1Penalty _penalty = new(0.5);
    readonly Sequential _generator;
    readonly Sequential _discriminator;
    readonly Adam _generatorOptimizer;
    readonly Adam _discriminatorOptimizer;
    readonly RandomStream _random;
    readonly Tensor _picture;
    int _step;

    public RingGan(string objective, ulong seed)
    {
        _loss = ByName[objective];
        _random = new RandomStream(seed);
        _generator = Network(Latent, 2);
        _discriminator = Network(2, 1);
        _generatorOptimizer = new Adam(_generator.Parameters(), LearningRate, beta1: 0.5);
        _discriminatorOptimizer = new Adam(_discriminator.Parameters(), LearningRate, beta1: 0.5);
        _picture = Tensor.Randn([256, Latent], random: _random);
    }

    /// <summary>Gets the names of the objectives.</summary>
    public static string[] Objectives { get; } = [.. ByName.Keys];

    /// <summary>Trains for some steps.</summary>
    public GanPicture Train(int steps)
    {
        Stopwatch watch = Stopwatch.StartNew();
        (double discriminator, double generator) = (0, 0);
        for (int i = 0; i < steps; i++)
        {
            (discriminator, generator) = Step();
        }

        double milliseconds = watch.Elapsed.TotalMilliseconds / steps;
        float[] points = Sample();
        return new(_step, discriminator, generator, Modes(points), milliseconds, Real(256).ToArray<float>(), points);
    }

    (double Discriminator, double Generator) Step()
    {
        using TensorScope scope = new();
        _step++;
        Tensor real = Real(Batch);
        Tensor fake = _generator.Forward(Tensor.Randn([Batch, Latent], random: _random));
        Tensor discriminator = _loss.Discriminator(_discriminator.Forward(real), _discriminator.Forward(fake.Detach()))
            + _penalty.Forward(_discriminator.Forward, real);
        Update(_discriminatorOptimizer, discriminator);
        Tensor generator = _loss.Generator(_discriminator.Forward(fake), _discriminator.Forward(real).Detach());
        Update(_generatorOptimizer, generator);
        return (discriminator.Item(), generator.Item());
    }

    static void Update(Adam optimizer, Tensor loss)
    {
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }

    float[] Sample()
    {
        using TensorScope scope = new();
        using var inference = Autograd.NoGrad();
        return _generator.Forward(_picture).ToArray<float>();
    }

    Tensor Real(int count)
    {
        Tensor angle = Tensor.RandInt(0, ModeCount, [count], _random).To(DType.Float32) * (Math.Tau / ModeCount);
        return (Tensor.Stack([angle.Cos(), angle.Sin()], 1) * Radius) + (Tensor.Randn([count, 2], random: _random) * Deviation);
    }

    /// <summary>Counts the modes near which at least one point in fifty lies.</summary>
    static int Modes(float[] points) => points.Chunk(2)
        .Select(static p => (Angle: Math.Atan2(p[1], p[0]), Distance: Math.Sqrt((p[0] * p[0]) + (p[1] * p[1]))))
        .Where(static p => Math.Abs(p.Distance - Radius) < 0.3)
        .CountBy(static p => (int)Math.Round(p.Angle / Math.Tau * ModeCount + ModeCount) % ModeCount)
        .Count(mode => mode.Value >= points.Length / 2 / 50);

    Sequential Network(int from, int to) =>
    [
        new Linear(from, Width, random: _random),
        new LeakyReLU(0.2),
        new Linear(Width, Width, random: _random),
        new LeakyReLU(0.2),
        new Linear(Width, to, random: _random),
    ];
}
