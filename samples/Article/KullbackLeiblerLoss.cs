using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>The divergence of a generated distribution from the real one, for each row.</summary>
public static class KullbackLeiblerLoss
{
    public static void Run()
    {
        Tensor inputs = Tensor.Randn([10, 10]);
        Tensor targets = Tensor.Randn([10, 10]).Softmax(dim: 1);

        // The article's call: probabilities instead of log-probabilities.
        Tensor probabilities = inputs.Softmax(dim: 1);
        try
        {
            new KLDivLoss().Forward(probabilities, targets);
        }
        catch (LossException mistake)
        {
            Console.WriteLine(mistake.Message);
        }

        // The result without checks.
        Tensor asInTheArticle = (targets * (targets.Log() - probabilities)).Mean();

        // On log-probabilities, divided by the number of distributions.
        Tensor divergence = new KLDivLoss(reduction: Reduction.BatchMean).Forward(inputs.LogSoftmax(dim: 1), targets);
        Console.WriteLine($"as in the article {asInTheArticle.Item():0.0000}, KL divergence {divergence.Item():0.0000}");

        // The name of the loss states what its arguments are.
        Tensor ofLogits = new KlFromLogitsLoss().Forward(inputs, targets.Log());
        Tensor ofProbabilities = new KlFromProbabilitiesLoss().Forward(probabilities, targets);
        Console.WriteLine($"KlFromLogitsLoss {ofLogits.Item():0.0000}, KlFromProbabilitiesLoss {ofProbabilities.Item():0.0000}");
    }
}
