using Criterion;

namespace Article;

/// <summary>The divergence of a generated distribution from the real one, for each row.</summary>
public static class KullbackLeiblerLoss
{
    public static void Run()
    {
        Tensor inputs = Tensor.Randn([10, 10]);
        Tensor targets = Tensor.Randn([10, 10]).Softmax(dim: 1);

        // KLDivLoss() of probabilities, as the article calls it: it takes them for logarithms, and divides by all elements.
        Tensor probabilities = inputs.Softmax(dim: 1);
        Tensor asInTheArticle = (targets * (targets.Log() - probabilities)).Mean();

        // Of logarithms, divided by the number of distributions.
        Tensor logProbabilities = inputs.LogSoftmax(dim: 1);
        Tensor divergence = (targets * (targets.Log() - logProbabilities)).Sum(1).Mean();
        Console.WriteLine($"as in the article {asInTheArticle.Item():0.0000}, KL divergence {divergence.Item():0.0000}");
    }
}
