"""Routes of the annotation room, under /api/."""

from django.urls import include, path

from engine.annotation.api import assets, campaigns, choices, masks, quality, tasks

urlpatterns = [
    path("assignments/next/", tasks.NextAssignmentView.as_view()),
    path("assignments/<int:assignment_id>/heartbeat/", tasks.HeartbeatView.as_view()),
    path("assignments/<int:assignment_id>/draft/", tasks.DraftView.as_view()),
    path("assignments/<int:assignment_id>/release/", tasks.ReleaseView.as_view()),
    path("assignments/<int:assignment_id>/skip/", tasks.SkipView.as_view()),
    path("assignments/<int:assignment_id>/flag-mask/", tasks.FlagMaskView.as_view()),
    path("assignments/<int:assignment_id>/asset-problems/", assets.ReportAssetProblemView.as_view()),
    path("assignments/<int:assignment_id>/submit/", tasks.SubmitView.as_view()),
    path("annotation/progress/", tasks.ProgressView.as_view()),
    path("annotation/pause/", tasks.PauseView.as_view()),
    path("annotation/resume/", tasks.ResumeView.as_view()),
    path("campaigns/", campaigns.CampaignListView.as_view()),
    path("campaigns/<int:campaign_id>/", campaigns.CampaignView.as_view()),
    path("campaigns/<int:campaign_id>/targets/", campaigns.CampaignTargetsView.as_view()),
    path("gold-pairs/", campaigns.GoldPairListView.as_view()),
    path("gold-pairs/<int:gold_pair_id>/", campaigns.GoldPairView.as_view()),
    path("mask-flags/", campaigns.MaskFlagListView.as_view()),
    path("mask-flags/<int:flag_id>/", campaigns.MaskFlagView.as_view()),
    path("asset-problems/", assets.AssetProblemListView.as_view()),
    path("asset-problems/<int:problem_id>/resolve/", assets.ResolveAssetProblemView.as_view()),
    path("targets/<int:target_id>/masks/", masks.TargetMasksView.as_view()),
    path("targets/<int:target_id>/propose-mask/", masks.ProposeMaskView.as_view()),
    path("choices/", choices.OwnChoiceListView.as_view()),
    path("choices/<int:choice_id>/", choices.ChoiceView.as_view()),
    path("choices/<int:choice_id>/revise/", choices.ReviseView.as_view()),
    path("targets/<int:target_id>/adjudicate/", choices.AdjudicateView.as_view()),
    path("disagreements/", choices.DisagreementListView.as_view()),
    path("alignments/", include("engine.annotation.alignment.urls")),
    path("annotators/", quality.AnnotatorListView.as_view()),
    path("annotators/<int:person_id>/", quality.AnnotatorView.as_view()),
    path("agreement/", quality.AgreementView.as_view()),
    path("quality-flags/", quality.QualityFlagListView.as_view()),
    path("quality-flags/find/", quality.FindQualityFlagsView.as_view()),
    path("quality-flags/<int:flag_id>/", quality.QualityFlagView.as_view()),
]
