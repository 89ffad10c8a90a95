using Criterion.Memory;

namespace Criterion;

/// <summary>Gradients as tensors, recording of operations, and switches for it.</summary>
/// <remarks>
/// Recording is a setting of each thread. A graph may be recorded on one thread and differentiated on another. Backward passes on several
/// threads may add to the gradients of the same leaves: every term is added, but the order of the sums, and so their last bits, is not
/// determined.
/// </remarks>
public static class Autograd
{
    /// <summary>Gets whether operations on this thread are recorded.</summary>
    public static bool Enabled => !ThreadContext.Current.Settings.IsUnrecorded;

    /// <summary>Stops recording on this thread until disposed: for evaluation, and for updates of weights.</summary>
    /// <example><code>using (Autograd.NoGrad()) { weight.CopyFrom(weight - (weight.Grad! * 0.1)); }</code></example>
    public static GradMode NoGrad() => new(enabled: false);

    /// <summary>Records on this thread until disposed, also inside <see cref="NoGrad"/>.</summary>
    public static GradMode EnableGrad() => new(enabled: true);

    /// <summary>
    /// Computes the gradients of the sum of <paramref name="outputs"/> by each of <paramref name="inputs"/>, as tensors. It changes no
    /// <c>Grad</c>.
    /// </summary>
    /// <param name="outputs">Scalars, or tensors of any shape if <paramref name="gradients"/> are given.</param>
    /// <param name="inputs">Leaves, or intermediate results of the outputs.</param>
    /// <param name="createGraph">
    /// Whether the gradients are recorded, so that a loss of them (a gradient penalty) can be differentiated. Default: false.
    /// </param>
    /// <param name="gradients">The gradient of each output, of its shape. Default: 1.</param>
    /// <param name="retainGraph">
    /// Whether the graph is kept for another pass, as it always is with <paramref name="createGraph"/>. Default: false.
    /// </param>
    /// <param name="allowUnused">
    /// Whether the gradient of an input on which the outputs do not depend is zeros. Default: false, which throws.
    /// </param>
    /// <exception cref="AutogradException">
    /// An output requires no gradient, an input was not used, the graph was freed, or a value was changed in place.
    /// </exception>
    public static Tensor[] Grad(
        ReadOnlySpan<Tensor> outputs,
        ReadOnlySpan<Tensor> inputs,
        bool createGraph = false,
        ReadOnlySpan<Tensor> gradients = default,
        bool retainGraph = false,
        bool allowUnused = false) =>
        BackwardPass.Grad(outputs, inputs, gradients, createGraph, retainGraph, allowUnused);

    /// <summary>Computes the gradient of one output by one input, as a tensor.</summary>
    /// <inheritdoc cref="Grad(ReadOnlySpan{Tensor}, ReadOnlySpan{Tensor}, bool, ReadOnlySpan{Tensor}, bool, bool)"/>
    public static Tensor Grad(Tensor output, Tensor input, bool createGraph = false, Tensor? gradient = null, bool retainGraph = false) =>
        BackwardPass.Grad([output], [input], gradient is null ? [] : [gradient], createGraph, retainGraph, allowUnused: false)[0];

    /// <summary>
    /// Records an operation with one gradient rule for each input, which turns the output's gradient into the input's. Rules are written
    /// in tensor operations, so that they can be differentiated in turn. A rule runs only if its input needs a gradient.
    /// </summary>
    /// <param name="operation">The name for error messages.</param>
    /// <param name="output">The result, computed without history.</param>
    /// <param name="saved">The tensors whose values a rule reads. Backward throws if one was changed in place since.</param>
    /// <param name="state">What the rules read. Rules are static, so that nothing is allocated where nothing is recorded.</param>
    /// <param name="rules">The inputs and their rules.</param>
    /// <returns><paramref name="output"/>.</returns>
    /// <example><code>Autograd.Record("cube", Cubes(x), [x], x, (x, static (g, x) => g * x * x * 3))</code></example>
    public static Tensor Record<TState>(
        string operation,
        Tensor output,
        ReadOnlySpan<Tensor?> saved,
        TState state,
        params ReadOnlySpan<(Tensor? Input, Func<Tensor, TState, Tensor> Rule)> rules)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Enabled && HasHistory(rules))
        {
            output.Node = rules.Length <= FewInputs<Node>.Most
                ? new SeparateNode<TState, FewInputs<Node?>, FewInputs<Func<Tensor, TState, Tensor>>>(operation, saved, state, rules)
                : new SeparateNode<TState, ManyInputs<Node?>, ManyInputs<Func<Tensor, TState, Tensor>>>(operation, saved, state, rules);
        }

        return output;
    }

    /// <summary>Records an operation with one rule that computes the gradients of all inputs together.</summary>
    /// <param name="operation">The name for error messages.</param>
    /// <param name="output">The result, computed without history.</param>
    /// <param name="saved">The tensors whose values the rule reads. Backward throws if one was changed in place since.</param>
    /// <param name="state">What the rule reads.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="rule">Returns a gradient for each input, null for one that needs none.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static Tensor Record<TState>(
        string operation,
        Tensor output,
        ReadOnlySpan<Tensor?> saved,
        TState state,
        ReadOnlySpan<Tensor?> inputs,
        Func<Tensor, TState, Tensor?[]> rule)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (IsRecorded(inputs))
        {
            output.Node = inputs.Length <= FewInputs<Node>.Most
                ? new JointNode<TState, FewInputs<Node?>>(operation, saved, state, inputs, rule)
                : new JointNode<TState, ManyInputs<Node?>>(operation, saved, state, inputs, rule);
        }

        return output;
    }

    /// <summary>Whether an operation on these inputs is recorded.</summary>
    internal static bool IsRecorded(params ReadOnlySpan<Tensor?> inputs)
    {
        foreach (Tensor? input in inputs)
        {
            if (input?.Node is not null && Enabled)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Returns memory for the gradient of an input that is computed along with the result, or null if it needs none. A leaf may take it
    /// over although it was created before the backward pass, as only the rule of the operation has it.
    /// </summary>
    internal static Tensor? FusedGradient(Tensor? input)
    {
        if (!IsRecorded(input))
        {
            return null;
        }

        if (input!.Node is LeafNode { GradientMemory: { } memory } leaf)
        {
            leaf.GradientMemory = null;
            return memory;
        }

        Tensor gradient = Tensor.EmptyLike(input);
        gradient.Storage.IsFusedGradient = true;
        return gradient;
    }

    static bool HasHistory<TRule>(ReadOnlySpan<(Tensor? Input, TRule Rule)> rules)
    {
        foreach ((Tensor? input, _) in rules)
        {
            if (input?.Node is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Computes the gradients of a fused operation in a pass that is recorded: those of the same operation composed of tensor operations,
    /// which are differentiable to any order.
    /// </summary>
    internal static Tensor?[] Compose(ReadOnlySpan<Tensor> inputs, Func<Tensor> composite, Tensor gradient)
    {
        // Partial derivatives: one input may be computed from another, or be the same, and the pass continues from each of them.
        List<Tensor> distinct = [];
        foreach (Tensor input in inputs)
        {
            if (input.Node is not null && !distinct.Exists(other => other.Node == input.Node))
            {
                distinct.Add(input);
            }
        }

        Tensor output = composite();
        Tensor[] gradients = BackwardPass.Grad(
            [output], distinct.ToArray(), [gradient], createGraph: true, retainGraph: true, allowUnused: true, partial: true);
        Tensor?[] result = new Tensor?[inputs.Length];
        for (int i = 0, next = 0; i < inputs.Length; i++)
        {
            bool isNext = next < gradients.Length && inputs[i].Node == distinct[next].Node;
            result[i] = isNext ? gradients[next++] : null;
        }

        return result;
    }

    /// <summary>A block of code with recording on or off; ends when disposed.</summary>
    /// <remarks>
    /// It belongs to the thread that opened it. It is a ref struct: the compiler does not allow it across <c>await</c> or <c>yield</c>,
    /// in a lambda or in a field.
    /// </remarks>
    public readonly ref struct GradMode : IDisposable
    {
        readonly SettingsChange _change;

        internal GradMode(bool enabled)
        {
            ThreadContext thread = ThreadContext.Current;
            _change = new SettingsChange(thread);
            thread.Settings.IsUnrecorded = !enabled;
        }

        /// <summary>Restores the setting from before.</summary>
        /// <exception cref="TensorException">A scope or mode opened later on this thread was still open; it is closed too.</exception>
        public void Dispose() => _change.Undo(nameof(Autograd));
    }
}
