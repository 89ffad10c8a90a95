using System.Text.Json.Serialization;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of a GAN that a program defines itself. <c>run.json</c> describes them; only the program can build them again, so it must
/// supply them when the run is resumed.
/// </summary>
/// <remarks>
/// Pass the given stream on to the layers: <c>new Linear(64, 128, random: random)</c>. The weights then follow from
/// <see cref="TrainingOptions.Seed"/>. Its position, that of <see cref="RandomStream.Default"/> and those of all streams that layers draw
/// from (<see cref="Module.RandomStreams"/>) are part of a checkpoint.
/// </remarks>
/// <example><code>
/// CustomNetworks networks = new(
///     random =&gt; new Sequential(new Linear(64, 256, random: random), new Tanh(), new Unflatten(1, [1, 16, 16])),
///     random =&gt; new Sequential(new Flatten(), new Linear(256, 1, random: random)));
/// GanRun.Open("runs/custom", data, options, networks).Execute();
/// </code></example>
public sealed record CustomNetworks : GanNetworks
{
    const int Points = 1000;
    const int Images = 64;

    readonly Func<RandomStream, Module>? _generator;
    readonly Func<RandomStream, Module>? _discriminator;

    /// <summary>Initializes the networks.</summary>
    /// <param name="generator">
    /// Builds the generator: latents <c>[N, Latent, 1, 1]</c> or <c>[N, Latent]</c>, whichever it accepts, or of
    /// <see cref="GanOptions.LatentShape"/>, to samples shaped like the data. Each call must return a new module.
    /// </param>
    /// <param name="discriminator">
    /// Builds the discriminator: samples to <c>[N]</c>, <c>[N, 1]</c> or several scores for each sample, such as <c>[N, 1, H, W]</c> of
    /// patches; with classes to <c>[N, 1 + classes]</c>. Each call must return a new module.
    /// </param>
    public CustomNetworks(Func<RandomStream, Module> generator, Func<RandomStream, Module> discriminator)
        : this() => (_generator, _discriminator) = (New(generator, "generator"), New(discriminator, "discriminator"));

    /// <summary>Initializes networks that are only described.</summary>
    [JsonConstructor]
    internal CustomNetworks()
        : base(1)
    {
    }

    /// <summary>Gets the name of the program that defines the networks; null before a run is created.</summary>
    public string? Program { get; init; }

    /// <summary>Gets the shape of the latent of one sample, without classes; empty before a run is created.</summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> LatentShape { get; init; } = [];

    /// <summary>Gets the shape of one sample; empty before a run is created.</summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> SampleShape { get; init; } = [];

    /// <summary>Gets the description of the generator; null before a run is created.</summary>
    public NetworkRecord? GeneratorNetwork { get; init; }

    /// <summary>Gets the description of the discriminator; null before a run is created.</summary>
    public NetworkRecord? DiscriminatorNetwork { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int SamplesInPicture => ArePoints ? Points : InRows(Images);

    internal override ValueList<int> ShapeOfLatent => LatentShape;

    bool ArePoints => SampleShape.Count == 1;

    /// <inheritdoc/>
    /// <exception cref="CustomPartException">The networks were read from a record.</exception>
    public override Module Generator(RandomStream random) => (_generator ?? throw Missing())(random);

    /// <inheritdoc/>
    /// <exception cref="CustomPartException">The networks were read from a record.</exception>
    public override Module Discriminator(RandomStream random) => (_discriminator ?? throw Missing())(random);

    /// <inheritdoc/>
    public override Tensor Picture(Tensor samples, Dataset? data = null) =>
        ArePoints ? PointNetworks.Plot(samples, data) : Grid(samples);

    /// <summary>Returns the exception for networks that were read from a record.</summary>
    internal CustomPartException Missing() => CustomPartException.Of("networks", Program);

    /// <summary>Returns the networks with the description of those that were built.</summary>
    internal CustomNetworks Described(GanTrainer trainer, Dataset data) => this with
    {
        Program = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name,
        Latent = trainer.LatentShape[0],
        LatentShape = trainer.LatentShape,
        SampleShape = data.ItemShape,
        Classes = trainer.Classes,
        GeneratorNetwork = NetworkRecord.Of(trainer.Generator),
        DiscriminatorNetwork = NetworkRecord.Of(trainer.Discriminator),
    };

    /// <summary>Refuses networks that differ from recorded ones.</summary>
    /// <exception cref="TrainingException">They do.</exception>
    internal void CheckSame(CustomNetworks before)
    {
        before.GeneratorNetwork?.CheckSame(GeneratorNetwork!, "generator");
        before.DiscriminatorNetwork?.CheckSame(DiscriminatorNetwork!, "discriminator");
        if (!before.LatentShape.Equals(LatentShape))
        {
            throw new TrainingException(
                $"Resume: the latents of the run have the shape {before.LatentShape}, and now {LatentShape}. "
                + $"Set {nameof(GanOptions)}.{nameof(GanOptions.LatentShape)} to that of the run, or start a new run in another folder.");
        }
    }

    // A module that was trained before would make the second run start from its weights.
    static Func<RandomStream, Module> New(Func<RandomStream, Module> build, string which)
    {
        ArgumentNullException.ThrowIfNull(build, which);
        WeakReference<Module>? last = null;
        return random =>
        {
            Module built = build(random) ?? throw new TrainingException(
                $"{nameof(CustomNetworks)}: the function for the {which} returns null. Return a new module.");
            if (last?.TryGetTarget(out Module? before) == true && ReferenceEquals(before, built))
            {
                throw new TrainingException(
                    $"{nameof(CustomNetworks)}: the function for the {which} returns the same module twice, and each run needs its own. "
                    + "Create the module inside the function.");
            }

            last = new WeakReference<Module>(built);
            return built;
        };
    }
}
