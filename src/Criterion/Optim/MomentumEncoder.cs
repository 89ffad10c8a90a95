using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>
/// A second encoder whose parameters follow those of a trained one, target ← momentum · target + (1 − momentum) · parameter. It encodes the
/// keys of a contrastive loss, or the targets of one without negatives, and moves slowly enough that earlier keys stay comparable.
/// </summary>
/// <remarks>
/// <para>The target has no gradient. Its buffers are its own: in training mode, its batch normalization uses the statistics of its
/// input and keeps its own running ones, as in both papers. <see cref="ExponentialMovingAverage"/> copies buffers instead,
/// and serves evaluation.</para>
/// <para>Sources: He et al., Momentum contrast (MoCo), 2020, section 3.2: momentum 0.999; Grill et al., Bootstrap your own latent (BYOL),
/// 2020, section 3.1: from 0.996 to 1 by a cosine.</para>
/// </remarks>
/// <example><code>
/// MomentumEncoder keys = new(encoder, target: network.Build(random), momentum: 0.99);
/// Tensor loss = infoNce.Forward(encoder.Forward(first), keys.Forward(second));
/// loss.Backward();
/// optimizer.Step();
/// keys.Update();
/// </code></example>
public sealed class MomentumEncoder : IStateful
{
    readonly (Tensor Target, Tensor Value)[] _pairs;

    /// <summary>Initializes a target with the state of an encoder, and freezes it.</summary>
    /// <param name="encoder">The encoder that is trained.</param>
    /// <param name="target">Another module of the same architecture; its parameters and buffers are overwritten.</param>
    /// <param name="momentum">The share of the target that each update keeps, in [0, 1]. Default: 0.999.</param>
    /// <exception cref="ArgumentException">
    /// The target is the encoder or shares a parameter with it, or several of its names share one where the encoder's do not.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is not in [0, 1].</exception>
    /// <exception cref="StateDictException">The modules differ in the names or shapes of their state.</exception>
    public MomentumEncoder(Module encoder, Module target, double momentum = 0.999)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(target);
        Momentum = momentum;
        CheckSeparate(encoder, target);
        target.LoadStateDict(encoder.StateDict());
        CheckShared(encoder.Parameters().Count, target.Parameters().Count);
        Target = target.Freeze();
        Dictionary<string, Tensor> values = encoder.NamedParameters().ToDictionary(static named => named.Name, static named => named.Value);
        _pairs =
        [
            .. from named in target.NamedParameters()
               group named by TensorMemory.Of(named.Value) into names
               select (names.First().Value, values[names.First().Name]),
        ];
    }

    /// <summary>Gets the target.</summary>
    public Module Target { get; }

    /// <summary>
    /// Gets or sets the share of the target that each update keeps, in [0, 1]: set it before <see cref="Update"/> for a schedule.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1].</exception>
    public double Momentum { get; set => field = Require.InUnitInterval(value, nameof(MomentumEncoder)); }

    /// <summary>Applies the target without gradients.</summary>
    public Tensor Forward(Tensor input)
    {
        using (Autograd.NoGrad())
        {
            return Target.Forward(input);
        }
    }

    /// <summary>Moves the target towards the encoder. Call it after the step of the optimizer.</summary>
    public void Update()
    {
        foreach ((Tensor target, Tensor value) in _pairs)
        {
            TensorFormula.Update(new ExponentialMovingAverage.Lerp(1 - Momentum), target, value);
        }
    }

    /// <summary>Returns the state of the target.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => Target.StateDict();

    /// <summary>Loads a saved state of the target; the values are copied.</summary>
    /// <exception cref="StateDictException">The names or shapes differ; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => Target.LoadStateDict(state);

    static void CheckSeparate(Module encoder, Module target)
    {
        HashSet<TensorMemory> own = [.. encoder.StateDict().Values.Select(TensorMemory.Of)];
        string? shared = target.StateDict().FirstOrDefault(pair => own.Contains(TensorMemory.Of(pair.Value))).Key;
        if (shared is not null)
        {
            throw new ArgumentException(
                $"MomentumEncoder: the target shares '{shared}' with the encoder, so it cannot have other values. "
                + "Build a second module of the same architecture.", nameof(target));
        }
    }
    static void CheckShared(int own, int target)
    {
        if (target < own)
        {
            throw new ArgumentException($"MomentumEncoder: the encoder has {own} parameters and the target {target}, under the same names. "
                + "Share the same weights in both.", nameof(target));
        }
    }
}
