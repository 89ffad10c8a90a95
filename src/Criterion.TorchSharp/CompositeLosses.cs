using System.Runtime.CompilerServices;
using Criterion.Losses;
using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>Losses of several terms, widths or networks.</summary>
public static class CompositeLosses
{
    /// <summary>Computes the weighted sum of losses, and the value of each.</summary>
    /// <inheritdoc cref="WeightedSum.Evaluate(Tensor, Tensor)"/>
    /// <returns>The sum with its graph, and the terms in the order in which they were added.</returns>
    public static (torch.Tensor Total, IReadOnlyList<TermValue> Terms) Evaluate(
        this WeightedSum loss, torch.Tensor prediction, torch.Tensor target)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Evaluate(loss, [prediction, target], x => loss.Evaluate(x[0]!, x[1]!));
    }

    /// <summary>Computes the loss of two views, and the value of each of its terms.</summary>
    /// <inheritdoc cref="VicRegLoss.Evaluate(Tensor, Tensor)"/>
    /// <returns>The loss with its graph, and its terms.</returns>
    public static (torch.Tensor Total, IReadOnlyList<TermValue> Terms) Evaluate(this VicRegLoss loss, torch.Tensor x1, torch.Tensor x2)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Evaluate(loss, [x1, x2], x => loss.Evaluate(x[0]!, x[1]!));
    }

    extension(LossReport)
    {
        /// <summary>Sums losses that were computed from different inputs.</summary>
        /// <inheritdoc cref="LossReport.From(ReadOnlySpan{ValueTuple{string, Tensor, double}})"/>
        /// <returns>The sum with its graph, and the terms in the order in which they were passed.</returns>
        public static (torch.Tensor Total, IReadOnlyList<TermValue> Terms) From(
            params ReadOnlySpan<(string Name, torch.Tensor Value, double Weight)> terms)
        {
            (string Name, torch.Tensor Value, double Weight)[] all = terms.ToArray();
            return Evaluate(
                typeof(LossReport),
                Array.ConvertAll(all, static term => term.Value),
                x => LossReport.From([.. all.Zip(x, static (term, value) => (term.Name, value!, term.Weight))]),
                string.Join(", ", all.Select(static term => term.Name)));
        }
    }

    /// <summary>Adds the adversarial term to the sum of the others, with its weight.</summary>
    /// <inheritdoc cref="GradientBalance.Combine(LossReport, Tensor, ReadOnlySpan{Tensor}, string)"/>
    /// <inheritdoc cref="Weight(GradientBalance, torch.Tensor, torch.Tensor, ReadOnlySpan{torch.Tensor})" path="/remarks"/>
    /// <param name="balance">The balance.</param>
    /// <param name="rest">The other terms, as <c>LossReport.From(…)</c> or <c>loss.Evaluate(…)</c> returns them.</param>
    /// <param name="adversarial">The adversarial term, a scalar with its graph.</param>
    /// <param name="at">The tensors at which the gradients are measured: intermediate results or leaves of all terms.</param>
    /// <param name="name">The name of the term. Default: adversarial.</param>
    /// <returns>The sum with its graph, and the terms, the adversarial one last.</returns>
    public static (torch.Tensor Total, IReadOnlyList<TermValue> Terms) Combine(
        this GradientBalance balance,
        (torch.Tensor Total, IReadOnlyList<TermValue> Terms) rest,
        torch.Tensor adversarial,
        ReadOnlySpan<torch.Tensor> at,
        string name = "adversarial")
    {
        double weight = balance.Weight(adversarial, rest.Total, at);
        return Evaluate(balance, [rest.Total, adversarial], x => new LossReport(x[0]!, rest.Terms).Plus(name, x[1]!, weight));
    }

    /// <summary>Computes the weight of the adversarial term.</summary>
    /// <inheritdoc cref="GradientBalance.Weight(Tensor, Tensor, ReadOnlySpan{Tensor})"/>
    /// <remarks>Intermediate results retain their gradient from then on, as by <c>retain_grad()</c>.</remarks>
    /// <param name="balance">The balance.</param>
    /// <param name="adversarial">The adversarial term, a scalar with its graph.</param>
    /// <param name="rest">The sum of all other terms, a scalar with its graph.</param>
    /// <param name="at">The tensors at which the gradients are measured: intermediate results or leaves of both graphs.</param>
    public static double Weight(
        this GradientBalance balance, torch.Tensor adversarial, torch.Tensor rest, params ReadOnlySpan<torch.Tensor> at)
    {
        ArgumentNullException.ThrowIfNull(balance);
        ArgumentNullException.ThrowIfNull(adversarial);
        ArgumentNullException.ThrowIfNull(rest);
        GradientBalance.CheckPlaces(at);
        foreach (torch.Tensor tensor in at)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(at));
        }

        new Invocation(balance, "adversarial, rest").Check([adversarial, rest, .. at]);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor[] distinct = [.. at.ToArray().DistinctBy(static tensor => tensor.Handle)];
        return balance.FromNorms(Norm(adversarial), Norm(rest));

        double Norm(torch.Tensor term) =>
            TotalNorm.Of(Array.ConvertAll(TermGradient.Of(nameof(GradientBalance), term, distinct), HostTensor.Borrow)).Value;
    }

    /// <inheritdoc cref="MatryoshkaLoss.Forward(Func{Tensor, Tensor}, Tensor)"/>
    public static torch.Tensor Forward(this MatryoshkaLoss loss, Func<torch.Tensor, torch.Tensor> inner, torch.Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(embeddings);
        return Sum(loss, embeddings, width => inner(Cut(loss, embeddings, width)));
    }

    /// <inheritdoc cref="MatryoshkaLoss.Forward(Func{Tensor, Tensor, Tensor}, Tensor, Tensor)"/>
    public static torch.Tensor Forward(
        this MatryoshkaLoss loss, Func<torch.Tensor, torch.Tensor, torch.Tensor> inner, torch.Tensor queries, torch.Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        new Invocation(loss, "queries, keys").Check(queries, keys);
        return queries.dim() > 0 && keys.dim() > 0 && queries.shape[^1] == keys.shape[^1]
            ? Sum(loss, queries, width => inner(Cut(loss, queries, width), Cut(loss, keys, width)))
            : throw new ShapeException(
                $"MatryoshkaLoss: queries [{string.Join(", ", queries.shape)}] and keys [{string.Join(", ", keys.shape)}] differ in width. "
                + "Pass embeddings of one network.");
    }

    /// <inheritdoc cref="FeatureMatchingLoss.Forward(IReadOnlyList{IReadOnlyList{Tensor}}, IReadOnlyList{IReadOnlyList{Tensor}})"/>
    public static torch.Tensor Forward(
        this FeatureMatchingLoss loss, IReadOnlyList<IReadOnlyList<torch.Tensor>> fake, IReadOnlyList<IReadOnlyList<torch.Tensor>> real)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(fake);
        ArgumentNullException.ThrowIfNull(real);
        return TorchFunction.Apply(loss, [.. fake.Concat(real).SelectMany(static layers => layers)], x =>
        {
            Queue<Tensor> rest = new(x!);
            return loss.Forward(Grouped(fake, rest), Grouped(real, rest));
        });
    }

    /// <inheritdoc cref="GanLoss.Discriminator(IReadOnlyList{Tensor}, IReadOnlyList{Tensor})"/>
    public static torch.Tensor Discriminator(this GanLoss loss, IReadOnlyList<torch.Tensor> real, IReadOnlyList<torch.Tensor> fake)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        return TorchFunction.Apply(loss, [.. real, .. fake], x => loss.Discriminator(x[..real.Count]!, x[real.Count..]!));
    }

    /// <inheritdoc cref="GanLoss.Generator(IReadOnlyList{Tensor}, IReadOnlyList{Tensor}?)"/>
    public static torch.Tensor Generator(
        this GanLoss loss, IReadOnlyList<torch.Tensor> fake, IReadOnlyList<torch.Tensor>? real = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(fake);
        return TorchFunction.Apply(
            loss, [.. fake, .. real ?? []], x => loss.Generator(x[..fake.Count]!, real is null ? null : (Tensor[])x[fake.Count..]!));
    }

    static Tensor[][] Grouped(IReadOnlyList<IReadOnlyList<torch.Tensor>> groups, Queue<Tensor> rest) =>
        [.. groups.Select(group => group.Select(_ => rest.Dequeue()).ToArray())];

    static torch.Tensor Sum(MatryoshkaLoss loss, torch.Tensor embeddings, Func<int, torch.Tensor> lossAt)
    {
        new Invocation(loss, nameof(embeddings)).Check(embeddings);
        using DisposeScope scope = torch.NewDisposeScope();
        int[] widths = loss.WidthsOf(HostTensor.Borrow(embeddings));
        return scope.MoveToOuter(widths
            .Select((width, i) => lossAt(width) * (loss.Weights?[i] ?? 1))
            .Aggregate(static (a, b) => a + b));
    }

    static torch.Tensor Cut(MatryoshkaLoss loss, torch.Tensor x, int width) => loss.Normalized
        ? TorchFunction.Apply(loss, [x], rows => loss.Cut(rows[0]!, width))
        : x.narrow(-1, 0, width);

    static (torch.Tensor Total, IReadOnlyList<TermValue> Terms) Evaluate(
        object owner,
        torch.Tensor[] inputs,
        Func<Tensor?[], LossReport> evaluate,
        [CallerArgumentExpression(nameof(inputs))] string arguments = "")
    {
        IReadOnlyList<TermValue> terms = [];
        torch.Tensor total = TorchFunction.Apply(owner, inputs, Report, arguments);
        return (total, terms);

        Tensor Report(Tensor?[] x)
        {
            LossReport report = evaluate(x);
            terms = report.Terms;
            return report.Total;
        }
    }
}
